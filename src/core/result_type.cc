#include "core/result_type.h"

namespace strictmx {

std::string_view name_of(ResultType type) {
  switch (type) {
    case ResultType::starttls_not_supported:
      return "starttls-not-supported";
    case ResultType::certificate_host_mismatch:
      return "certificate-host-mismatch";
    case ResultType::certificate_expired:
      return "certificate-expired";
    case ResultType::certificate_not_trusted:
      return "certificate-not-trusted";
    case ResultType::validation_failure:
      return "validation-failure";
    case ResultType::tlsa_invalid:
      return "tlsa-invalid";
    case ResultType::dnssec_invalid:
      return "dnssec-invalid";
    case ResultType::dane_required:
      return "dane-required";
    case ResultType::sts_policy_fetch_error:
      return "sts-policy-fetch-error";
    case ResultType::sts_policy_invalid:
      return "sts-policy-invalid";
    case ResultType::sts_webpki_invalid:
      return "sts-webpki-invalid";
  }
  return "validation-failure";
}

ResultType result_type_of(FetchStatus failure) {
  switch (failure) {
    case FetchStatus::certificate_expired:
    case FetchStatus::certificate_name:
    case FetchStatus::certificate_untrusted:
      return ResultType::sts_webpki_invalid;  // RFC 8460 §4.3.2.2
    case FetchStatus::ok:
    case FetchStatus::host_not_found:
    case FetchStatus::dns_failure:
    case FetchStatus::address_refused:
    case FetchStatus::connect_failed:
    case FetchStatus::tls_failed:
    case FetchStatus::redirected:
    case FetchStatus::http_status:
    case FetchStatus::media_type:
    case FetchStatus::too_large:
    case FetchStatus::truncated:
    case FetchStatus::protocol_error:
    case FetchStatus::timeout:
    case FetchStatus::cancelled:
    case FetchStatus::overloaded:
      break;
  }
  return ResultType::sts_policy_fetch_error;  // RFC 8460 §4.3.2.2
}

}  // namespace strictmx
