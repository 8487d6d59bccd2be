#include "flow/dane_lookup.h"

#include <algorithm>

#include <fmt/format.h>

namespace strictmx {

DaneLookup::DaneLookup(Domain host) : host_(std::move(host)), ttl_(Seconds::max()) {
  result_.host = host_.text();
}

DaneAction DaneLookup::start() { return AskAddresses{host_}; }

// RFC 7672 §2.2.2: addresses first; behind an insecure answer TLSA is not asked at all, since some
// load balancers fail on it.
DaneAction DaneLookup::on_addresses(const AddressAnswer& answer) {
  ttl_ = answer.meta.ttl;
  if (is_failure(answer.meta.status)) {  // RFC 7672 §2.1.2
    return finish(DaneState::failed,
                  fmt::format("address look-up: {}", name_of(answer.meta.status)));
  }
  if (answer.addresses.empty()) return finish(DaneState::unreachable, "no address");
  const bool alias = !answer.meta.canonical.empty() && answer.meta.canonical != host_.text();
  if (answer.meta.trust == DnsTrust::secure) {
    candidates_ = {host_};
    if (alias) {
      auto expanded = Domain::parse_ascii(answer.meta.canonical);
      if (expanded) candidates_.push_back(*std::move(expanded));
    }
    return next_candidate();
  }
  if (alias) return AskCname{host_};
  return finish(DaneState::none, "insecure address records");
}

// RFC 7672 §2.1.3: an insecure end of the chain does not make a signed beginning insecure.
DaneAction DaneLookup::on_cname(const CnameAnswer& answer) {
  const DnsMeta& meta = answer.meta;
  if (is_failure(meta.status)) {
    return finish(DaneState::failed, fmt::format("alias look-up: {}", name_of(meta.status)));
  }
  if (meta.trust != DnsTrust::secure) return finish(DaneState::none, "insecure alias");
  candidates_ = {host_};
  return next_candidate();
}

DaneAction DaneLookup::on_tlsa(const TlsaAnswer& answer) {
  const Domain base = candidates_.back();
  candidates_.pop_back();
  ttl_ = std::min(ttl_, answer.meta.ttl);
  if (is_failure(answer.meta.status)) {  // RFC 7672 §2.1.2
    return finish(DaneState::failed, fmt::format("TLSA look-up: {}", name_of(answer.meta.status)));
  }
  const bool found = answer.meta.status == DnsStatus::found && !answer.records.empty();
  if (!found || answer.meta.trust != DnsTrust::secure) {
    if (!candidates_.empty()) return next_candidate();
    return finish(DaneState::none, found ? "insecure TLSA records" : "no TLSA records");
  }
  result_.base = base.text();
  result_.records = answer.records;
  const DaneState state = classify_tlsa(answer.records);
  return finish(state, fmt::format("{} TLSA records at {}", answer.records.size(), base.text()));
}

DaneAction DaneLookup::next_candidate() { return AskTlsa{candidates_.back()}; }

DaneAction DaneLookup::finish(DaneState state, std::string reason) {
  result_.state = state;
  result_.reason = std::move(reason);
  result_.ttl = ttl_ == Seconds::max() ? Seconds{0} : ttl_;
  return DaneDone{};
}

}  // namespace strictmx
