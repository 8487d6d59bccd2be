#include "core/dns_answer.h"

namespace strictmx {

std::string_view name_of(DnsStatus status) {
  switch (status) {
    case DnsStatus::found:
      return "found";
    case DnsStatus::no_data:
      return "no_data";
    case DnsStatus::no_name:
      return "no_name";
    case DnsStatus::servfail:
      return "servfail";
    case DnsStatus::bogus:
      return "bogus";
    case DnsStatus::timeout:
      return "timeout";
  }
  return "unknown";
}

}  // namespace strictmx
