// core/check/address_faults.h: one fault of several addresses of a host is one finding that names
// them, not one finding each. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/finding.h"
#include "core/ip_address.h"

namespace strictmx {

class AddressFaults {
 public:
  // `evidence` and `fix` of the first address are kept; the gravest severity counts.
  void add(std::string_view id, const IpAddress& address, std::string evidence,
           std::string fix = {});
  void add_as(Severity severity, std::string_view id, const IpAddress& address,
              std::string evidence, std::string fix = {});

  bool has(std::string_view id) const;

  // In the order of the first address of each.
  void report(Findings& findings, const std::string& object) const;

 private:
  struct Fault {
    std::string id;
    std::optional<Severity> severity;
    std::string evidence;
    std::string fix;
    std::vector<IpAddress> addresses;
  };
  Fault& of(std::string_view id, std::string evidence, std::string fix);

  std::vector<Fault> faults_;
};

}  // namespace strictmx
