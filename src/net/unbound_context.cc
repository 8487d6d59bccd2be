#include "net/unbound_context.h"

#include <fmt/format.h>
#include <sys/time.h>
// The order matters: the header below uses struct timeval.
#include <unbound-event.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "net/forwarder.h"

namespace strictmx {
namespace {

struct Setting {
  const char* name;
  const char* value;
};

constexpr Setting kSettings[] = {
    // Message, record and key cache together 14 MiB: what was made of the records is remembered by
    // the policy daemon for as long as they are.
    {"msg-cache-size:", "4m"},
    {"rrset-cache-size:", "8m"},
    {"key-cache-size:", "1m"},
    {"neg-cache-size:", "1m"},
    {"cache-max-ttl:", "86400"},
    {"cache-max-negative-ttl:", "3600"},
    {"serve-expired:", "no"},
    // 4096 look-ups in flight. Sockets are opened on use, one per question on its way.
    {"num-queries-per-thread:", "4096"},
    {"outgoing-range:", "4096"},
    {"outgoing-num-tcp:", "64"},
    {"edns-buffer-size:", "1232"},
    // A server that was down is asked again after seconds (12 s is the least that keeps probing
    // alive and does not shut out slow servers), not after two minutes.
    {"infra-cache-max-rtt:", "12000"},
    {"infra-keep-probing:", "yes"},
    {"harden-glue:", "yes"},
    {"harden-dnssec-stripped:", "yes"},
    {"harden-below-nxdomain:", "yes"},
    // 2 makes the reason of a failed validation part of the answer; the log itself is off.
    {"val-log-level:", "2"},
    {"val-log-squelch:", "yes"},
    {"val-permissive-mode:", "no"},
};

// Zones that libunbound would answer itself with NXDOMAIN, and that test beds and home networks
// use. Those that must never be asked for stay (RFC 6761, RFC 7686).
constexpr const char* kOpenedZones[] = {"test.", "invalid.", "home.arpa."};

// libunbound often tells only that something failed; whether it was for want of memory, errno
// tells, which make_unbound_context has cleared. That is no fault of the configuration.
std::unexpected<Error> refused(Errc otherwise, std::string_view what, int code) {
  const bool no_memory = code == UB_NOMEM || errno == ENOMEM;
  return fail(no_memory ? Errc::io : otherwise,
              fmt::format("{}: {}", what, ub_strerror(no_memory ? UB_NOMEM : code)));
}

Result<void> checked(int code, std::string_view what) {
  if (code == 0) return {};
  return refused(Errc::unsupported, what, code);
}

Result<void> set(ub_ctx* context, const char* name, const char* value) {
  return checked(ub_ctx_set_option(context, name, value), name);
}

// Recursion must not be led to our own machine by a stranger's delegation; a forwarder may be it.
Result<void> set_forwarders(ub_ctx* context, const std::vector<std::string>& forwarders) {
  bool loopback = false;
  for (const auto& text : forwarders) {
    const auto forwarder = Forwarder::parse(text);
    if (!forwarder) return std::unexpected(forwarder.error());
    loopback = loopback || forwarder->is_loopback();
    if (auto done = checked(ub_ctx_set_fwd(context, forwarder->text().c_str()), text); !done)
      return done;
  }
  // What is known of a server's speed and faults is kept long for the many servers of the
  // Internet; a forwarder that comes back after a fault must be noticed at once. One that is dead
  // must not cost each question its 3 s, either: in the second after these it fails at once.
  if (auto done = set(context, "infra-host-ttl:", forwarders.empty() ? "300" : "4"); !done)
    return done;
  return set(context, "do-not-query-localhost:", loopback ? "no" : "yes");
}

Result<std::string> read_text(const std::filesystem::path& path, std::string_view what) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty())
    return fail(Errc::io, fmt::format("{} {}: cannot be read, or empty", what, path.string()));
  return text;
}

// RFC 5011 state files also list keys that are not to be trusted yet, so they need their own
// reader.
Result<void> set_trust_anchor(ub_ctx* context, const std::filesystem::path& path) {
  const auto text = read_text(path, "trust anchor");
  if (!text) return std::unexpected(text.error());
  if (text->find("DNSKEY") == std::string::npos && text->find("DS") == std::string::npos)
    return fail(Errc::usage, fmt::format("trust anchor {}: no DS or DNSKEY in it", path.string()));
  const bool rfc5011 = text->starts_with("; autotrust trust anchor file");
  const auto add = rfc5011 ? ub_ctx_add_ta_autr : ub_ctx_add_ta_file;
  return checked(add(context, path.c_str()), "trust anchor " + path.string());
}

Result<void> configure(ub_ctx* context, const DnsOptions& options) {
  ub_ctx_debugout(context, nullptr);
  for (const auto& setting : kSettings) {
    if (auto done = set(context, setting.name, setting.value); !done) return done;
  }
  const char* modules = options.trust_anchor ? "validator iterator" : "iterator";
  if (auto done = set(context, "module-config:", modules); !done) return done;
  if (auto done = set_forwarders(context, options.forwarders); !done) return done;
  if (options.trust_anchor) {
    if (auto done = set_trust_anchor(context, *options.trust_anchor); !done) return done;
  }
  if (options.root_hints) {
    const auto text = read_text(*options.root_hints, "root hints");
    if (!text) return std::unexpected(text.error());
    return set(context, "root-hints:", options.root_hints->c_str());
  }
  return {};
}

void ignore_answer(void*, int, void*, int, int, char*, int) {}

// zone_remove ends the time for settings; the question after it, answered from a built-in zone,
// makes libunbound build all of its parts, so that a bad file shows now.
Result<void> start(ub_ctx* context, const DnsOptions& options) {
  const auto file = options.trust_anchor ? options.trust_anchor->string()
                    : options.root_hints ? options.root_hints->string()
                                         : std::string("no files given");
  const auto what = fmt::format("DNS resolver does not start ({})", file);
  for (const char* zone : kOpenedZones) {
    const int code = ub_ctx_zone_remove(context, zone);
    if (code != 0) return refused(Errc::usage, what, code);
  }
  const int code = ub_resolve_event(context, "localhost.", 1, 1, nullptr, ignore_answer, nullptr);
  if (code != 0) return refused(Errc::usage, what, code);
  return {};
}

}  // namespace

Result<UnboundContext> make_unbound_context(UnboundLoop& loop, const DnsOptions& options) {
  errno = 0;
  UnboundContext context(ub_ctx_create_ub_event(loop.base()));
  if (!context) return fail(Errc::io, "DNS resolver: no memory or no randomness");
  if (auto done = configure(context.get(), options); !done) return std::unexpected(done.error());
  if (auto done = start(context.get(), options); !done) return std::unexpected(done.error());
  return context;
}

}  // namespace strictmx
