#include "flow/tls_policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "flow/tls_events.h"

namespace strictmx {

namespace {

// Parts that ask: the policy look-up, the MX look-up, then one per MX host.
constexpr std::size_t kStsPart = 0;
constexpr std::size_t kMxPart = 1;
constexpr std::size_t kFirstHostPart = 2;

// RFC 5321 §5.1: brackets name the host itself; it takes the place of the MX records. Nothing was
// looked up, so nothing could be forged.
MxAnswer host_as_mx(const Domain& host) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.trust = DnsTrust::secure;
  answer.meta.ttl = kLongestHold;
  answer.hosts.push_back(MxHost{0, host.text()});
  return answer;
}

std::string describe_hosts(const MxAnswer& answer) {
  std::string text(answer.meta.trust == DnsTrust::secure ? "secure" : "insecure");
  if (answer.meta.status != DnsStatus::found) {
    return fmt::format("{} {}", text, name_of(answer.meta.status));
  }
  for (const auto& host : answer.hosts) {
    text += fmt::format("{} {} {}", &host == &answer.hosts.front() ? ":" : ",", host.preference,
                        host.exchange);
  }
  return text;
}

}  // namespace

TlsPolicy::TlsPolicy(NextHop hop, StsMemory memory, TlsPolicySettings settings)
    : hop_(std::move(hop)),
      settings_(settings),
      dns_failing_since_(memory.dns_failing_since),
      sts_(hop_.domain, std::move(memory), settings.sts) {}

std::vector<Request> TlsPolicy::start(Now now) {
  std::vector<Request> requests = sts_step(sts_.start(now));
  if (hop_.routing == Routing::host) {
    mx_asked_ = true;
    std::vector<Request> more = on_mx(host_as_mx(hop_.domain));
    requests.insert(requests.end(), more.begin(), more.end());
  } else if (settings_.dane == DaneUse::on && !mx_asked_) {
    mx_asked_ = true;
    requests.push_back(Request{kMxPart, AskMx{hop_.domain}});
  }
  return settle(now, std::move(requests));
}

std::vector<Request> TlsPolicy::on_reply(Now now, std::size_t part, const Reply& reply) {
  std::vector<Request> requests;
  if (const auto* txt = std::get_if<TxtAnswer>(&reply)) {
    requests = sts_step(sts_.on_txt(now, *txt));
  } else if (const auto* fetched = std::get_if<FetchOutcome>(&reply)) {
    requests = sts_step(sts_.on_fetch(now, *fetched));
  } else if (const auto* saved = std::get_if<Saved>(&reply)) {
    requests = sts_step(sts_.on_saved(now, saved->result));
  } else if (const auto* mx = std::get_if<MxAnswer>(&reply)) {
    requests = on_mx(*mx);
  } else {
    const std::size_t index = part - kFirstHostPart;
    DaneLookup& lookup = hosts_[index].lookup;
    DaneAction action;
    if (const auto* addresses = std::get_if<AddressAnswer>(&reply)) {
      action = lookup.on_addresses(*addresses);
    } else if (const auto* cname = std::get_if<CnameAnswer>(&reply)) {
      action = lookup.on_cname(*cname);
    } else {
      action = lookup.on_tlsa(std::get<TlsaAnswer>(reply));
    }
    requests = host_step(index, action);
  }
  return settle(now, std::move(requests));
}

void TlsPolicy::cancel(Now now) {
  if (!sts_done_) (void)sts_step(sts_.on_cancel(now));
  if (!decided_) {
    if (result_.sts.state == StsState::applies) {
      result_.verdict = decide_with_policy(*result_.sts.policy, mx_);
    } else {
      result_.verdict = decide_deferral("look-up given up");
    }
    decided_ = true;
  }
  result_.hold = Seconds{0};
  finished_ = true;
}

std::vector<Request> TlsPolicy::sts_step(const StsAction& action) {
  if (const auto* txt = std::get_if<AskTxt>(&action)) return {Request{kStsPart, *txt}};
  if (const auto* fetch = std::get_if<FetchPolicy>(&action)) return {Request{kStsPart, *fetch}};
  if (const auto* save = std::get_if<SavePolicy>(&action)) return {Request{kStsPart, *save}};
  sts_done_ = true;
  result_.sts = sts_.result();
  result_.steps.insert(result_.steps.begin(), sts_.steps().begin(), sts_.steps().end());
  if (mx_asked_ || !sts_enforces()) return {};
  mx_asked_ = true;
  return {Request{kMxPart, AskMx{hop_.domain}}};
}

// RFC 7672 §2.2.1 with RFC 5321 §5.1: all MX hosts, or the domain itself where there is none.
std::vector<Request> TlsPolicy::on_mx(const MxAnswer& answer) {
  mx_ = answer;
  result_.steps.push_back(
      Step{"MX " + hop_.domain.text(), describe_hosts(answer), "RFC 8461 §4.1"});
  // An insecure MX RRset cannot lead to a DANE verdict for the domain (RFC 7672 §2.2.1).
  if (settings_.dane == DaneUse::off || answer.meta.trust != DnsTrust::secure) return {};
  for (const auto& name : mail_hosts(hop_.domain, answer)) {
    if (hosts_.size() == kMaxDaneHosts) break;
    auto host = Domain::parse_ascii(name);
    if (host) hosts_.push_back(Host{DaneLookup(*std::move(host))});
  }
  std::vector<Request> requests;
  while (started_hosts_ < std::min(hosts_.size(), kDaneHostsAtOnce)) {
    const std::size_t index = started_hosts_++;
    std::vector<Request> first = host_step(index, hosts_[index].lookup.start());
    requests.insert(requests.end(), first.begin(), first.end());
  }
  return requests;
}

std::vector<Request> TlsPolicy::host_step(std::size_t index, const DaneAction& action) {
  const std::size_t part = kFirstHostPart + index;
  if (const auto* addresses = std::get_if<AskAddresses>(&action)) return {{part, *addresses}};
  if (const auto* cname = std::get_if<AskCname>(&action)) return {{part, *cname}};
  if (const auto* tlsa = std::get_if<AskTlsa>(&action)) return {{part, *tlsa}};
  const DaneHost& host = hosts_[index].lookup.result();
  result_.steps.push_back(Step{"DANE " + host.host,
                               fmt::format("{}: {}", name_of(host.state), host.reason),
                               "RFC 7672 §2.2"});
  hosts_[index].done = true;
  ++done_hosts_;
  if (started_hosts_ == hosts_.size()) return {};
  const std::size_t next = started_hosts_++;
  return host_step(next, hosts_[next].lookup.start());
}

std::vector<Request> TlsPolicy::settle(Now now, std::vector<Request> requests) {
  const bool mx_done = !mx_asked_ || mx_;
  const bool hosts_done = done_hosts_ == hosts_.size();
  if (mx_done && hosts_done && !decided_) decide(now);
  finished_ = sts_done_ && mx_done && hosts_done;
  return requests;
}

bool TlsPolicy::sts_enforces() const {
  return result_.sts.state == StsState::applies &&
         result_.sts.policy->policy.mode == PolicyMode::enforce;
}

// DANE for every host stands whatever MTA-STS says (RFC 8461 §2); all else needs both.
void TlsPolicy::decide(Now now) {
  std::vector<DaneHost> dane;
  for (const auto& host : hosts_) dane.push_back(host.lookup.result());
  DomainVerdict sts;
  switch (result_.sts.state) {
    case StsState::no_policy:
      sts = decide_without_policy(result_.sts.reason);
      break;
    case StsState::undecided:
      sts = decide_deferral(result_.sts.reason);
      break;
    case StsState::applies:
      sts = decide_with_policy(*result_.sts.policy, mx_);
      break;
  }
  DomainVerdict verdict = apply_dane(std::move(sts), mx_, dane);
  if (!sts_done_ && verdict.rule != DomainRule::dane) return;
  const bool open = verdict.rule == DomainRule::none || verdict.rule == DomainRule::testing;
  if (open && mx_failure_defers(now)) {
    verdict = decide_deferral(fmt::format("DNS {} for the MX records", name_of(mx_->meta.status)));
  }
  result_.steps.push_back(
      Step{"verdict", fmt::format("{}: {}", name_of(verdict.rule), verdict.reason), "RFC 8461 §5"});
  result_.verdict = std::move(verdict);
  result_.hold = hold();
  result_.reportable = find_tls_events(hop_, result_).has_value();
  decided_ = true;
}

// RFC 7672 §2.1.2: without the MX records nobody knows whether DANE applies.
bool TlsPolicy::mx_failure_defers(Now now) {
  if (settings_.dane == DaneUse::off || !mx_ || !is_failure(mx_->meta.status)) return false;
  result_.sts.dns_failing_since = dns_failing_since_.value_or(now.mono);
  return dns_failure_defers(settings_.sts, *result_.sts.dns_failing_since, now.mono);
}

Seconds TlsPolicy::hold() const {
  Seconds shortest = sts_done_ ? result_.sts.hold : kLongestHold;
  const auto consider = [&](Seconds ttl) {
    shortest = std::min(shortest, std::max(ttl, kShortestHold));
  };
  if (mx_) consider(is_failure(mx_->meta.status) ? kShortestHold : mx_->meta.ttl);
  for (const auto& host : hosts_) consider(host.lookup.result().ttl);
  if (result_.verdict.rule == DomainRule::defer) shortest = std::min(shortest, kUndecidedHold);
  return shortest;
}

std::optional<DomainVerdict> decide_from_stored(const NextHop& hop,
                                                const std::optional<KnownPolicy>& stored,
                                                WallTime now) {
  if (!stored || !stored->is_live(now)) return std::nullopt;
  if (hop.routing == Routing::host) return decide_with_policy(*stored, host_as_mx(hop.domain));
  return decide_with_policy(*stored, std::nullopt);
}

}  // namespace strictmx
