#include "flow/tls_policy.h"

#include <algorithm>

#include <fmt/format.h>

namespace strictmx {

namespace {

// RFC 5321 §5.1: brackets name the host itself; it takes the place of the MX records.
MxAnswer host_as_mx(const Domain& host) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.ttl = kLongestHold;
  answer.hosts.push_back(MxHost{0, host.text()});
  return answer;
}

std::string describe_hosts(const MxAnswer& answer) {
  if (answer.meta.status != DnsStatus::found) return std::string(name_of(answer.meta.status));
  std::string text;
  for (const auto& host : answer.hosts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", host.preference, host.exchange);
  }
  return text;
}

}  // namespace

TlsPolicy::TlsPolicy(NextHop hop, StsMemory memory, StsSettings settings)
    : hop_(std::move(hop)), sts_(hop_.domain, std::move(memory), settings) {}

TlsPolicyAction TlsPolicy::start(Now now) { return advance(sts_.start(now)); }

TlsPolicyAction TlsPolicy::on_txt(Now now, const TxtAnswer& answer) {
  return advance(sts_.on_txt(now, answer));
}

TlsPolicyAction TlsPolicy::on_fetch(Now now, const FetchOutcome& outcome) {
  return advance(sts_.on_fetch(now, outcome));
}

TlsPolicyAction TlsPolicy::on_saved(Now now, const Result<void>& saved) {
  return advance(sts_.on_saved(now, saved));
}

TlsPolicyAction TlsPolicy::on_cancel(Now now) {
  if (!result_.sts.policy) return advance(sts_.on_cancel(now));
  return finish(decide_with_policy(*result_.sts.policy, std::nullopt), Seconds{0});
}

TlsPolicyAction TlsPolicy::advance(StsAction action) {
  if (std::holds_alternative<Done>(action)) return on_sts_done();
  return std::visit([](auto&& step) -> TlsPolicyAction { return std::move(step); },
                    std::move(action));
}

TlsPolicyAction TlsPolicy::on_sts_done() {
  result_.sts = sts_.result();
  result_.steps = sts_.steps();
  const auto& sts = result_.sts;
  switch (sts.state) {
    case StsState::no_policy:
      return finish(decide_without_policy(sts.reason), sts.hold);
    case StsState::undecided:
      return finish(decide_deferral(sts.reason), sts.hold);
    case StsState::applies:
      break;
  }
  if (sts.policy->policy.mode != PolicyMode::enforce) {
    return finish(decide_with_policy(*sts.policy, std::nullopt), sts.hold);
  }
  if (hop_.routing == Routing::host) {
    return finish(decide_with_policy(*sts.policy, host_as_mx(hop_.domain)), sts.hold);
  }
  return AskMx{hop_.domain};
}

TlsPolicyAction TlsPolicy::on_mx(Now, const MxAnswer& answer) {
  result_.steps.push_back(
      Step{"MX " + hop_.domain.text(), describe_hosts(answer), "RFC 8461 §4.1"});
  const Seconds ttl =
      is_failure(answer.meta.status) ? kShortestHold : std::max(answer.meta.ttl, kShortestHold);
  return finish(decide_with_policy(*result_.sts.policy, answer), std::min(result_.sts.hold, ttl));
}

TlsPolicyAction TlsPolicy::finish(DomainVerdict verdict, Seconds hold) {
  result_.steps.push_back(
      Step{"verdict", fmt::format("{}: {}", name_of(verdict.rule), verdict.reason), "RFC 8461 §5"});
  result_.verdict = std::move(verdict);
  result_.hold = hold;
  if (result_.verdict.rule == DomainRule::defer) {  // whoever waits should not wait for long
    result_.hold = std::min(hold, kUndecidedHold);
  }
  return Done{};
}

std::optional<DomainVerdict> decide_from_stored(const NextHop& hop,
                                                const std::optional<KnownPolicy>& stored,
                                                WallTime now) {
  if (!stored || !stored->is_live(now)) return std::nullopt;
  if (hop.routing == Routing::host) return decide_with_policy(*stored, host_as_mx(hop.domain));
  return decide_with_policy(*stored, std::nullopt);
}

}  // namespace strictmx
