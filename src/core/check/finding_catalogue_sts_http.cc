#include <array>

#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

using enum Severity;
using enum Affected;

constexpr auto kPolicyHttpKinds = std::to_array<FindingKind>({
    {"sts-http-redirect", error, sts_senders, "RFC 8461 §3.3",
     "The policy host answers with a redirect", "Senders must not follow it: they get no policy.",
     "Serve the policy itself at https://mta-sts.DOMAIN/.well-known/mta-sts.txt. Exempt that "
     "path from redirects."},
    {"sts-http-404", error, sts_senders, "RFC 8461 §3.3", "The policy file is not there",
     "Senders get no policy. Those that know it keep to it until its max_age has passed.",
     "Put the policy at /.well-known/mta-sts.txt of the policy host. Many web servers hide "
     "folders that begin with a dot."},
    {"sts-http-403", error, sts_senders, "RFC 8461 §3.3", "The policy host refuses the request",
     "Senders get no policy. Those that know it keep to it until its max_age has passed.",
     "Let everybody read /.well-known/mta-sts.txt; look at file rights and filters."},
    {"sts-http-5xx", error, sts_senders, "RFC 8461 §3.3", "The policy host's web server fails",
     "Senders get no policy. Those that know it keep to it until its max_age has passed.",
     "Look at the web server's error log. A plain file needs no program behind it."},
    {"sts-http-other", error, sts_senders, "RFC 8461 §3.3",
     "The policy host answers with another status than 200", "Senders take the policy of no other.",
     "Serve the policy with status 200."},
    {"sts-http-content-type", error, sts_senders, "RFC 8461 §3.2",
     "The policy's media type is not text/plain",
     "Strict senders refuse the policy, which may be a web page of somebody else; others take it.",
     "Have the web server send \"Content-Type: text/plain\" for the policy."},
    {"sts-http-content-type-missing", error, sts_senders, "RFC 8461 §3.2",
     "The policy has no media type", "Strict senders refuse the policy; others take it.",
     "Have the web server send \"Content-Type: text/plain\" for the policy."},
    {"sts-http-charset", notice, owner, "RFC 8461 §3.2",
     "The policy's media type names a character set other than UTF-8 or ASCII",
     "Policies are ASCII. A sender that follows the name reads the wrong characters.",
     "Leave the charset parameter out."},
    {"sts-http-empty", error, sts_senders, "RFC 8461 §3.2", "The policy file is empty",
     "Senders get no policy. Those that know it keep to it until its max_age has passed.",
     "Put the policy into the file."},
    {"sts-http-html", error, sts_senders, "RFC 8461 §3.2",
     "There is a web page or data in place of the policy", "Senders find no policy in it.",
     "Put the policy at /.well-known/mta-sts.txt, and answer 404 for what does not exist."},
    {"sts-http-too-large", error, sts_senders, "RFC 8461 §3.3", "The policy is over 64 KiB long",
     "Senders stop reading there and refuse it.",
     "Shorten the policy. Four kinds of lines are all it needs."},
    {"sts-http-truncated", error, sts_senders, "RFC 9112 §8",
     "The policy host ends the answer before all of it was sent",
     "Senders refuse what may have been cut off by somebody else.",
     "Look for a wrong Content-Length, often from a proxy or a program."},
    {"sts-http-no-answer", error, sts_senders, "RFC 8461 §3.3",
     "The policy host gives no HTTP answer",
     "Senders get no policy. Those that know it keep to it until its max_age has passed.",
     "Look at the web server's error log; port 443 must speak HTTP/1.1."},
    {"sts-http-encoding", error, sts_senders, "RFC 9110 §8.4",
     "The policy is compressed although nobody asked for it",
     "Senders read the compressed octets, which are no policy.",
     "Switch compression off for /.well-known/mta-sts.txt."},
    {"sts-http-needs-ua", error, sts_senders, "RFC 8461 §3.3",
     "The policy host answers browsers only",
     "Senders are refused because of the program's name that they send.",
     "Exempt /.well-known/mta-sts.txt from filters by User-Agent."},
    {"sts-http-needs-alpn", error, sts_senders, "RFC 7301 §3.2",
     "The policy host does not speak HTTP/1.1",
     "Many senders know HTTP/1.1 only: their connections are refused.",
     "Allow http/1.1 beside h2 at the web server."},
    {"sts-http-stale-edge", warning, sts_senders, "RFC 8461 §8.2",
     "The policy comes from a cache that is over an hour old",
     "After a change, senders that see the new id fetch the old policy and keep it.",
     "Purge the cache after each change, and keep the policy there for a minute at most."},
    {"sts-http-wrong-host-served", notice, owner, "RFC 8461 §3.3",
     "The policy is at another host than the policy host", "Senders ask mta-sts.DOMAIN alone.",
     "Serve the file at the policy host."},
});

}  // namespace

std::span<const FindingKind> policy_http_kinds() { return kPolicyHttpKinds; }

}  // namespace strictmx
