"""Zone files of the world: `.` and `sec.` to be signed, `test.` an insecure delegation.
Pure text."""
from . import names

TTL = 1  # seconds: what the attacker changes must be seen at once
TXT_ID = "20260101000000"
SIGNED = (".", "sec.")
UNSIGNED = ("test.",)
SPOILT = "d0" * 32  # a digest no certificate of the lab has


def txt_record(policy_id=TXT_ID):
    return f"v=STSv1; id={policy_id};"


def _head(server):
    return [
        f"@ {TTL} IN SOA {server} hostmaster.test. 1 3600 600 604800 {TTL}",
        f"@ {TTL} IN NS {server}",
    ]


def root_zone(secure_delegation):
    """`secure_delegation` is the DS line of sec.; test. has none."""
    lines = _head("ns.test.") + [
        f"test. {TTL} IN NS ns.test.",
        f"ns.test. {TTL} IN A {names.DNS_ADDRESS}",
        f"sec. {TTL} IN NS ns.test.",
        secure_delegation,
    ]
    return "\n".join(lines) + "\n"


def _mx_records(mx, digests):
    lines = [f"{mx.name}. {TTL} IN A {mx.address}"]
    if mx.tlsa:
        digest = SPOILT if mx.tlsa == "wrong" else digests[mx.name]
        usage = 1 if mx.tlsa == "unusable" else 3  # RFC 7672 §3.1.3: no PKIX usages in SMTP
        lines.append(f"_25._tcp.{mx.name}. {TTL} IN TLSA {usage} 1 1 {digest}")
    return lines


def zone(apex, domains, digests):
    """The zone `apex` with every domain below it; `digests` are SHA2-256 of MX keys by host
    name."""
    lines = _head("ns.test.")
    placed = set()  # hosts of several domains are there once
    if apex == "test.":
        lines.append(f"ns.test. {TTL} IN A {names.DNS_ADDRESS}")
    for domain in domains:
        if not f"{domain.name}.".endswith(f".{apex}"):
            continue
        for preference, mx in enumerate(domain.mx, 1):
            lines.append(f"{domain.name}. {TTL} IN MX {preference * 10} {mx.name}.")
            if mx.name not in placed:
                lines += _mx_records(mx, digests)
            placed.add(mx.name)
        if domain.tlsrpt:
            record = domain.tlsrpt
            if record is True:
                record = f"v=TLSRPTv1; rua=mailto:reports@{domain.name}"
            lines.append(f'_smtp._tls.{domain.name}. {TTL} IN TXT "{record}"')
        if domain.policy:
            lines.append(f'_mta-sts.{domain.name}. {TTL} IN TXT "{txt_record()}"')
            lines.append(f"mta-sts.{domain.name}. {TTL} IN A {names.POLICY_ADDRESS}")
            if domain.policy.dead_ipv6:
                lines.append(f"mta-sts.{domain.name}. {TTL} IN AAAA {names.DEAD_IPV6}")
        lines += domain.records
    return "\n".join(lines) + "\n"


def spoil(signed_zone, domains, digests):
    """Changes the TLSA data of hosts marked bogus after signing, so that their signatures are
    broken."""
    for mx in (mx for domain in domains for mx in domain.mx if mx.tlsa == "bogus"):
        digest = digests[mx.name].upper()
        if digest not in signed_zone.upper():
            raise RuntimeError(f"no TLSA record of {mx.name} in the signed zone")
        signed_zone = signed_zone.replace(digest, SPOILT.upper()).replace(digest.lower(), SPOILT)
    return signed_zone
