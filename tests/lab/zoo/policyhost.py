"""The policy hosts of the zoo: one nginx, a virtual host for each domain with its faults."""
import gzip
import socket

from lab import names, waiting

from . import plan

CONFIG = """daemon off;
user root;
worker_processes 1;
pid /lab/nginx/pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path /lab/nginx/body;
  proxy_temp_path /lab/nginx/proxy;
  fastcgi_temp_path /lab/nginx/fastcgi;
  uwsgi_temp_path /lab/nginx/uwsgi;
  scgi_temp_path /lab/nginx/scgi;
  server_names_hash_bucket_size 128;
{servers}}}
"""
SERVER = """  server {{
    listen {address}:443 ssl{default};
    server_name {host};
    ssl_certificate /lab/certs/{file}.pem;
    ssl_certificate_key /lab/certs/{file}.pem;
    {tls}
    location = /.well-known/mta-sts.txt {{
      {answer}
    }}
    location / {{ return 404; }}
  }}
"""
OLD_TLS = "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"
FALLBACK = "default.hosting.test"  # who answers for names that nobody set up


def _answer(domain):
    host = domain.host
    lines = []
    if host.browsers_only:
        lines.append("if ($http_user_agent !~ Mozilla) { return 403; }")
    if host.location:
        lines.append(f"return {host.status} {host.location};")
    elif host.status != 200:
        lines.append(f"return {host.status};")
    if host.encoding:
        lines.append(f"add_header Content-Encoding {host.encoding};")
    lines.append(f'types {{ }} default_type "{host.type}"; alias /lab/nginx/{domain.name}.txt;')
    return "\n      ".join(lines)


class PolicyHosts:
    def __init__(self, box, spaces, authority, domains):
        self._box, self._space, self._authority = box, spaces[names.POLICY], authority
        self._domains = [domain for domain in domains
                         if (domain.policy or domain.body) and not domain.host.unknown]

    def issue(self):
        for domain in self._domains:
            host = f"mta-sts.{domain.name}"
            self._authority.issue(host, domain.host.certificate, host, domain.name)
        self._authority.issue(FALLBACK, "good", FALLBACK, FALLBACK)

    def start(self):
        folder = self._box.folder("nginx")
        servers = SERVER.format(address=names.POLICY_ADDRESS, default=" default_server",
                                host=FALLBACK, file=FALLBACK, tls="", answer="return 404;")
        for domain in self._domains:
            host = f"mta-sts.{domain.name}"
            body = domain.text().encode("utf-8")
            if domain.host.encoding == "gzip":
                body = gzip.compress(body)
            (folder / f"{domain.name}.txt").write_bytes(body)
            old = domain.host.address == "old-tls"
            address = plan.HOST_ADDRESSES["old-tls"] if old else names.POLICY_ADDRESS
            servers += SERVER.format(address=address, default="", host=host, file=host,
                                     tls=OLD_TLS if old else "", answer=_answer(domain))
        (folder / "nginx.conf").write_text(CONFIG.format(servers=servers), encoding="utf-8")
        self._space.spawn(self._box.folder("logs") / "policyhost.log",
                          *self._box.chroot("nginx", "-c", "/lab/nginx/nginx.conf"))

    def _accepts(self):
        with self._space.entered(), socket.socket() as probe:
            return probe.connect_ex((names.POLICY_ADDRESS, 443)) == 0

    def wait_ready(self):
        waiting.until(self._accepts, waiting.START_SECONDS, "policy hosts")
