"""The policy host: one nginx, a virtual host and certificate per `mta-sts.` name (RFC 8461
§3.3)."""
import gzip
import socket
from dataclasses import replace

from . import names, waiting
from .sandbox import Sandbox

CONFIG = """daemon off;
user root;
worker_processes 1;
pid /lab/nginx/pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
  log_format host '$host $status $request_uri $remote_addr';
  access_log /lab/logs/policyhost.access.log host;
  client_body_temp_path /lab/nginx/body;
  proxy_temp_path /lab/nginx/proxy;
  fastcgi_temp_path /lab/nginx/fastcgi;
  uwsgi_temp_path /lab/nginx/uwsgi;
  scgi_temp_path /lab/nginx/scgi;
{servers}}}
"""
SERVER = """  server {{
    listen {address}:443 ssl;
    server_name {host};
    error_log /lab/logs/{host}.log info;
    ssl_certificate /lab/certs/{host}.pem;
    ssl_certificate_key /lab/certs/{host}.pem;
    location = /.well-known/mta-sts.txt {{
      default_type text/plain; alias /lab/nginx/{host}.txt; {extra}
    }}
    location / {{ return 404; }}
  }}
"""


GZIP = {
    "": "",
    "on request": "gzip on; gzip_types text/plain; gzip_min_length 1;",
    "always": "add_header Content-Encoding gzip;",
}


class PolicyHost:
    def __init__(self, box: Sandbox, spaces, authority, domains):
        self._box, self._space, self._authority = box, spaces[names.POLICY], authority
        self._domains = [domain for domain in domains if domain.policy]

    def start(self):
        servers = ""
        for domain in self._domains:
            host = f"mta-sts.{domain.name}"
            self._authority.issue(host, domain.policy.host_certificate)
            self._publish(domain.name, domain.policy)
            servers += SERVER.format(
                address=names.POLICY_ADDRESS,
                host=host,
                extra="return 404;" if domain.policy.missing else GZIP[domain.policy.gzip],
            )
        config = self._box.folder("nginx") / "nginx.conf"
        config.write_text(CONFIG.format(servers=servers), encoding="utf-8")
        self._space.spawn(
            self._box.folder("logs") / "policyhost.log",
            *self._box.chroot("nginx", "-c", "/lab/nginx/nginx.conf"),
        )

    def _publish(self, name, policy):
        body = policy.text().encode()
        (self._box.folder("nginx") / f"mta-sts.{name}.txt").write_bytes(
            gzip.compress(body) if policy.gzip == "always" else body
        )

    def hijack(self, name):
        """From now on the domain's policy file says mode none; None: all are as they were."""
        for domain in self._domains:
            taken = domain.name == name
            policy = domain.policy
            self._publish(domain.name, replace(policy, mode="none") if taken else policy)

    def saw(self, domain):
        """What clients did at the domain's policy host: fetch, refusal (of the certificate),
        nothing."""
        host, logs = f"mta-sts.{domain}", self._box.folder("logs")
        requests = (logs / "policyhost.access.log").read_text(encoding="utf-8").splitlines()
        if any(line.startswith(f"{host} 200 ") for line in requests):
            return "fetch"
        trouble = (logs / f"{host}.log").read_text(encoding="utf-8")
        return "refusal" if "SSL_do_handshake() failed" in trouble else "nothing"

    def _accepts(self):
        with self._space.entered(), socket.socket() as probe:
            return probe.connect_ex((names.POLICY_ADDRESS, 443)) == 0

    def wait_ready(self):
        waiting.until(self._accepts, waiting.START_SECONDS, "policy host")
