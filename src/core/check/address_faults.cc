#include "core/check/address_faults.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/check/rule_evidence.h"

namespace strictmx {

AddressFaults::Fault& AddressFaults::of(std::string_view id, std::string evidence,
                                        std::string fix) {
  const auto found = std::ranges::find(faults_, id, &Fault::id);
  if (found != faults_.end()) return *found;
  return faults_.emplace_back(
      Fault{std::string(id), std::nullopt, std::move(evidence), std::move(fix), {}});
}

void AddressFaults::add(std::string_view id, const IpAddress& address, std::string evidence,
                        std::string fix) {
  of(id, std::move(evidence), std::move(fix)).addresses.push_back(address);
}

void AddressFaults::add_as(Severity severity, std::string_view id, const IpAddress& address,
                           std::string evidence, std::string fix) {
  auto& fault = of(id, std::move(evidence), std::move(fix));
  fault.severity = std::max(fault.severity, std::optional(severity));
  fault.addresses.push_back(address);
}

bool AddressFaults::has(std::string_view id) const {
  return std::ranges::find(faults_, id, &Fault::id) != faults_.end();
}

void AddressFaults::report(Findings& findings, const std::string& object) const {
  for (const auto& fault : faults_) {
    auto evidence = fmt::format("{}{}[{}]", fault.evidence, fault.evidence.empty() ? "" : " ",
                                address_list(fault.addresses));
    if (fault.severity) {
      findings.add_as(*fault.severity, fault.id, object, std::move(evidence), fault.fix);
    } else {
      findings.add(fault.id, object, std::move(evidence), fault.fix);
    }
  }
}

}  // namespace strictmx
