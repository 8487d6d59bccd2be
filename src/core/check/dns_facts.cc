#include "core/check/dns_facts.h"

#include "base/text.h"

namespace strictmx {

std::vector<std::string> TxtFacts::joined() const {
  std::vector<std::string> whole;
  whole.reserve(records.size());
  for (const auto& strings : records) whole.push_back(join(strings, ""));
  return whole;
}

}  // namespace strictmx
