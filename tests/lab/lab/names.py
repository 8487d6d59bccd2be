"""Names, addresses and ports of the lab. One place, because programs in five namespaces must
agree."""
from pathlib import Path

LAB_DIR = Path(__file__).resolve().parent.parent
REPOSITORY = LAB_DIR.parent.parent
BUILD_DIR = REPOSITORY / "build" / "lab"

SENDER, ROUTER, DNS, MX, POLICY = "sender", "router", "dns", "mx", "policy"

SENDER_ADDRESS = "10.77.1.10"
ROUTER_SENDER_SIDE = "10.77.1.1"
ROUTER_SERVER_SIDE = "10.77.2.1"
DNS_ADDRESS = "10.77.2.53"
POLICY_ADDRESS = "10.77.2.80"
ATTACKER_ADDRESS = "10.77.2.66"
SENDER_IPV6 = "fd77:1::10"
ROUTER_IPV6 = "fd77:1::1"  # forwards nothing
DEAD_IPV6 = "fd77:2::80"
FIRST_MX_ADDRESS = 100  # last octet; MX hosts count upwards from here in 10.77.2.0/24
LAST_MX_ADDRESS = 250

ATTACKER_MX = "mx.evil.test"
STRIP_PORT = 2525  # router: the proxy that removes STARTTLS
FORGER_PORT = 5300  # router: the DNS forwarder that lies

SOCKETMAP_PORT = 8461
HTTP_PORT = 8462
RELAY_PORT = 2526  # the sending Postfix 3.10 takes mail of its own host
LMTP_PORT = 2424  # Dovecot, beside the sending host
MILTER_PORT = 8891  # opendkim, beside the receiving Postfix
REPORT_PORT = 8443  # where reports are posted, at the policy host's address
SOCKET_PATH = (
    "/run/strictmx-policy.sock"  # /run is the same inside the package root
)
TLSRPT_SOCKET = "/run/strictmx-tlsrpt.sock"
SOCKETMAPS = {
    "inet": f"socketmap:inet:127.0.0.1:{SOCKETMAP_PORT}:postfix",
    "unix": f"socketmap:unix:{SOCKET_PATH}:postfix",
    "tlsrpt": f"socketmap:inet:127.0.0.1:{SOCKETMAP_PORT}:postfix-tlsrpt",
}
LINE_SOCKET = "/run/strictmx/line.sock"  # where contrib/ expects it
API_SOCKET = "/run/strictmx/api.sock"
