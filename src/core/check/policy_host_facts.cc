#include "core/check/policy_host_facts.h"

#include <algorithm>

namespace strictmx {

std::string_view name_of(HttpEnd end) {
  switch (end) {
    case HttpEnd::not_tried:
      return "not_tried";
    case HttpEnd::complete:
      return "complete";
    case HttpEnd::no_connection:
      return "no_connection";
    case HttpEnd::tls_failed:
      return "tls_failed";
    case HttpEnd::closed:
      return "closed";
    case HttpEnd::truncated:
      return "truncated";
    case HttpEnd::too_large:
      return "too_large";
    case HttpEnd::protocol:
      return "protocol";
    case HttpEnd::timeout:
      return "timeout";
    case HttpEnd::local:
      return "local";
  }
  return "unknown";
}

const std::string* HttpFacts::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &HttpField::name);
  return found == fields.end() ? nullptr : &found->value;
}

std::size_t HttpFacts::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count(fields, name, &HttpField::name));
}

}  // namespace strictmx
