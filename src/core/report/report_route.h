// core/report/report_route.h: the operator's rules on who gets no report or gets it elsewhere
// (RFC 8460 §7: nothing proves that a record's owner may ask, and reports tell of one's mail).
// Pure. A rule names a policy domain ("example.com", ".example.com" with all below it), a
// destination as a URI ("mailto:a@example.com"), or all destinations at a host ("@example.com").
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tlsrpt_record.h"

namespace strictmx {

class RouteMatch {
 public:
  // Errors: Errc::usage.
  static Result<RouteMatch> parse(std::string_view text);
  bool matches(const Domain& policy_domain, const ReportUri& uri) const;
  bool operator==(const RouteMatch&) const = default;

 private:
  enum class Kind : std::uint8_t { domain, below, uri, host };
  RouteMatch(Kind kind, std::string value) : kind_(kind), value_(std::move(value)) {}
  Kind kind_;
  std::string value_;
};

struct RouteRewrite {
  RouteMatch match;
  ReportUri to;

  // "MATCH URI", a blank between. Errors: Errc::usage.
  static Result<RouteRewrite> parse(std::string_view text);
};

struct ReportRoutes {
  std::vector<RouteMatch> opt_out;
  std::vector<RouteRewrite> rewrite;  // the first that matches
};

// Where reports about the domain go: opted-out destinations are left out, then the others
// rewritten; each destination once.
std::vector<ReportUri> route_reports(const Domain& policy_domain, const std::vector<ReportUri>& rua,
                                     const ReportRoutes& routes);

}  // namespace strictmx
