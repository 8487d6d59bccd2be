// core/result_type.h: the STARTTLS validation result types (RFC 8460 §4.3, IANA registry).
#pragma once
#include <cstdint>
#include <string_view>

#include "core/fetch_outcome.h"

namespace strictmx {

enum class ResultType : std::uint8_t {
  starttls_not_supported,
  certificate_host_mismatch,
  certificate_expired,
  certificate_not_trusted,
  validation_failure,
  tlsa_invalid,
  dnssec_invalid,
  dane_required,
  sts_policy_fetch_error,
  sts_policy_invalid,
  sts_webpki_invalid,
};
std::string_view name_of(ResultType type);  // the registered word, with hyphens

// How a failed fetch is reported. For every status but ok.
ResultType result_type_of(FetchStatus failure);

}  // namespace strictmx
