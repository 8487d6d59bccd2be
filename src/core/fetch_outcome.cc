#include "core/fetch_outcome.h"

namespace strictmx {

std::string_view name_of(FetchStatus status) {
  switch (status) {
    case FetchStatus::ok:
      return "ok";
    case FetchStatus::host_not_found:
      return "host_not_found";
    case FetchStatus::dns_failure:
      return "dns_failure";
    case FetchStatus::address_refused:
      return "address_refused";
    case FetchStatus::connect_failed:
      return "connect_failed";
    case FetchStatus::tls_failed:
      return "tls_failed";
    case FetchStatus::certificate_expired:
      return "certificate_expired";
    case FetchStatus::certificate_name:
      return "certificate_name";
    case FetchStatus::certificate_untrusted:
      return "certificate_untrusted";
    case FetchStatus::redirected:
      return "redirected";
    case FetchStatus::http_status:
      return "http_status";
    case FetchStatus::media_type:
      return "media_type";
    case FetchStatus::too_large:
      return "too_large";
    case FetchStatus::truncated:
      return "truncated";
    case FetchStatus::protocol_error:
      return "protocol_error";
    case FetchStatus::timeout:
      return "timeout";
    case FetchStatus::cancelled:
      return "cancelled";
    case FetchStatus::overloaded:
      return "overloaded";
  }
  return "unknown";
}

}  // namespace strictmx
