#include "core/report/report_route.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace strictmx {

Result<RouteMatch> RouteMatch::parse(std::string_view text) {
  const auto bad = [&](const Error& error) {
    return fail(Errc::usage, fmt::format("\"{}\": {}", escape_remote(text), error.detail));
  };
  if (text.find(':') != std::string_view::npos) {
    const auto uri = parse_report_uri(text);
    if (!uri) return bad(uri.error());
    return RouteMatch(Kind::uri, uri->key());
  }
  const bool host = text.starts_with('@');
  const bool below = text.starts_with('.');
  const auto domain = Domain::parse(host || below ? text.substr(1) : text);
  if (!domain) return bad(domain.error());
  return RouteMatch(host ? Kind::host : below ? Kind::below : Kind::domain, domain->text());
}

bool RouteMatch::matches(const Domain& policy_domain, const ReportUri& uri) const {
  switch (kind_) {
    case Kind::domain:
      return policy_domain.text() == value_;
    case Kind::below:
      return policy_domain.text() == value_ || policy_domain.text().ends_with('.' + value_);
    case Kind::uri:
      return uri.key() == value_;
    case Kind::host:
      return uri.host.text() == value_;
  }
  return false;
}

Result<RouteRewrite> RouteRewrite::parse(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) {
    return fail(Errc::usage, fmt::format("\"{}\" is not MATCH URI", escape_remote(text)));
  }
  auto match = RouteMatch::parse(text.substr(0, blank));
  if (!match) return std::unexpected(match.error());
  auto to = parse_report_uri(trim_blanks(text.substr(blank)));
  if (!to) {
    return fail(Errc::usage, fmt::format("\"{}\": {}", escape_remote(text), to.error().detail));
  }
  return RouteRewrite{*std::move(match), *std::move(to)};
}

std::vector<ReportUri> route_reports(const Domain& policy_domain, const std::vector<ReportUri>& rua,
                                     const ReportRoutes& routes) {
  std::vector<ReportUri> targets;
  for (const auto& uri : rua) {
    const auto applies = [&](const RouteMatch& match) { return match.matches(policy_domain, uri); };
    if (std::ranges::any_of(routes.opt_out, applies)) continue;  // RPT-T21
    const auto rewrite = std::ranges::find_if(routes.rewrite, applies, &RouteRewrite::match);
    const auto& target = rewrite == routes.rewrite.end() ? uri : rewrite->to;
    const auto known = [&](const ReportUri& other) { return other.key() == target.key(); };
    if (std::ranges::none_of(targets, known)) targets.push_back(target);
  }
  return targets;
}

}  // namespace strictmx
