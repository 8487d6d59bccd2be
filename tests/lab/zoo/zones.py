"""Zone files of the zoo. Pure text. `test.` is not signed, `sec.` is."""
from lab import names

from . import plan

TTL = 300
WRONG = "d0" * 32


def _head():
    return [f"@ {TTL} IN SOA ns.test. hostmaster.test. 1 3600 600 604800 60",
            f"@ {TTL} IN NS ns.test."]


def _quoted(text):
    """A TXT record in presentation form; "|" divides character-strings."""
    octets = text.encode("utf-8")
    parts = [b""]
    for octet in octets:
        if octet == ord("|"):
            parts.append(b"")
        elif octet in b'"\\' or not 32 <= octet < 127:
            parts[-1] += b"\\%03d" % octet
        else:
            parts[-1] += bytes([octet])
    return " ".join(f'"{part.decode()}"' for part in parts)


def _tlsa(host, mx, digests):
    for record in mx.tlsa:
        usage, selector, matching, data = record.split()
        digest = {"wrong": WRONG, "issuer": digests["middle"], "short": "d0" * 20}.get(
            data, digests.get(host))
        yield f"_25._tcp.{host}. {TTL} IN TLSA {usage} {selector} {matching} {digest}"


def _mail(domain, digests):
    if domain.mx_records is None:
        for mx in domain.mx:
            yield f"{domain.name}. {TTL} IN MX {mx.preference} {domain.absolute(mx.name)}."
    else:
        for record in domain.mx_records:
            preference, exchange = record.split()
            name = exchange if exchange == "." else f"{domain.absolute(exchange)}."
            yield f"{domain.name}. {TTL} IN MX {preference} {name}"
    for mx in domain.mx:
        host = domain.absolute(mx.name)
        for server in (mx, *mx.more):
            yield f"{host}. {TTL} IN A {server.address}"
        yield from _tlsa(host, mx, digests)


def _policy(domain):
    for text in domain.txt:
        yield f"_mta-sts.{domain.name}. {TTL} IN TXT {_quoted(text)}"
    for text in domain.rpt:
        yield f"_smtp._tls.{domain.name}. {TTL} IN TXT {_quoted(text)}"
    address = plan.HOST_ADDRESSES[domain.host.address]
    if domain.policy is None and not domain.body:
        return
    if address:
        yield f"mta-sts.{domain.name}. {TTL} IN A {address}"
    if domain.host.ipv6 == "dead":
        yield f"mta-sts.{domain.name}. {TTL} IN AAAA {names.DEAD_IPV6}"


def _extra(domain):
    for record in domain.records:
        owner, rest = record.split(" ", 1)
        name = domain.name if owner == "@" else domain.absolute(owner)
        yield f"{name}. {TTL} IN {rest}"


def root_zone(secure_delegation):
    lines = _head() + [f"test. {TTL} IN NS ns.test.", f"ns.test. {TTL} IN A {names.DNS_ADDRESS}",
                       f"sec. {TTL} IN NS ns.test.", secure_delegation]
    return "\n".join(lines) + "\n"


def zone(apex, domains, digests):
    """The zone with every domain below it; `digests` are SHA2-256 of keys by host name."""
    lines = _head()
    if apex == "test.":
        lines.append(f"ns.test. {TTL} IN A {names.DNS_ADDRESS}")
    for domain in domains:
        if f"{domain.name}.".endswith(f".{apex}"):
            lines += [*_mail(domain, digests), *_policy(domain), *_extra(domain)]
    # A domain may use the hosts of another zone.
    lines = [line for line in lines if line[0] == "@" or line.split()[0].endswith(f".{apex}")]
    return "\n".join(dict.fromkeys(lines)) + "\n"


def spoil(signed, domains, digests):
    """Changes records after signing, so that their signatures are broken."""
    for domain in domains:
        host = domain.absolute(domain.mx[0].name) if domain.mx else ""
        old, new = {"mx": (f"10 {host}.", f"11 {host}."),
                    "tlsa": (digests.get(host, ""), WRONG)}.get(domain.spoil, ("", ""))
        if not old:
            continue
        if old.upper() not in signed.upper():
            raise RuntimeError(f"nothing to spoil for {domain.name}")
        signed = signed.replace(old.upper(), new.upper()).replace(old, new)
    return signed
