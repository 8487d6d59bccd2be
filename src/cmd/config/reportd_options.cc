#include "cmd/config/reportd_options.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cmd/config/config_values.h"
#include "core/report/dkim.h"
#include "net/endpoint.h"

namespace strictmx {

Result<MailRelay> parse_relay(std::string_view text) {
  constexpr std::string_view kLmtp = "lmtp:";
  constexpr std::string_view kUnix = "unix:";
  const auto bad = [whole = text] {
    return fail(Errc::usage,
                fmt::format("\"{}\" is not HOST:PORT or unix:/PATH, after lmtp: or not",
                            escape_remote(whole)));
  };
  MailRelay relay;
  if (text.starts_with(kLmtp)) {
    relay.protocol = SubmissionProtocol::lmtp;
    text.remove_prefix(kLmtp.size());
  }
  if (text.starts_with(kUnix)) {
    if (!Endpoint::parse(text)) return bad();
    relay.path = text.substr(kUnix.size());
    return relay;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  auto host = text.substr(0, colon);
  const auto port = parse_number(text.substr(colon + 1), 1, 65535);
  if (!port) return bad();
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!IpAddress::parse(host)) return bad();
  } else if (!IpAddress::parse(host) && !Domain::parse(host)) {
    return bad();
  }
  relay.host = host;
  relay.port = static_cast<std::uint16_t>(*port);
  return relay;
}

Result<DkimKeyFile> parse_dkim_entry(std::string_view text) {
  const auto blank = text.find(' ');
  const auto selector = text.substr(0, blank);
  if (blank == std::string_view::npos || !is_dkim_selector(selector)) {
    return fail(Errc::usage, fmt::format("\"{}\" is not SELECTOR FILE", escape_remote(text)));
  }
  return DkimKeyFile{std::string(selector), std::string(trim_blanks(text.substr(blank)))};
}

Result<std::optional<ReportdOptions>> make_reportd_options(const Config& config,
                                                           const Surroundings& around) {
  const auto& report = config.report;
  if (report.from.empty()) return std::nullopt;
  const auto policyd = make_policyd_options(config, around);  // state directory, DNS, roots
  if (!policyd) return std::unexpected(policyd.error());
  const auto from = MailAddress::parse(report.from);
  const auto relay = parse_relay(report.relay);
  if (!from) return fail(Errc::usage, "report.from: " + from.error().detail);
  if (!relay) return std::unexpected(relay.error());
  const auto organization =
      report.organization.empty() ? from->domain().text() : report.organization;
  ReportdOptions options{.state = policyd->state,
                         .who = {organization, *from},
                         .dkim = {},
                         .routes = {},
                         .sender = {},
                         .dns = policyd->dns};
  options.sender.ca_file = policyd->fetch.ca_file;
  options.sender.addresses = policyd->fetch.addresses;
  options.sender.trust = report.lax_https ? EndpointTrust::lax : EndpointTrust::strict;
  options.sender.relay = *relay;
  options.sender.relay.sendmail = report.sendmail;
  for (const auto& word : report.dkim) {
    auto entry = parse_dkim_entry(word);
    if (!entry) return std::unexpected(entry.error());
    options.dkim.push_back(*std::move(entry));
  }
  for (const auto& word : report.opt_out) {
    auto match = RouteMatch::parse(word);
    if (!match) return std::unexpected(match.error());
    options.routes.opt_out.push_back(*std::move(match));
  }
  for (const auto& word : report.rewrite) {
    auto rewrite = RouteRewrite::parse(word);
    if (!rewrite) return std::unexpected(rewrite.error());
    options.routes.rewrite.push_back(*std::move(rewrite));
  }
  options.spread = report.spread;
  options.keep = std::chrono::duration_cast<std::chrono::days>(report.keep);
  options.guard = report.loop_guard ? LoopGuard::on : LoopGuard::off;
  return options;
}

}  // namespace strictmx
