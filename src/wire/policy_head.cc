#include "wire/policy_head.h"

#include <fmt/format.h>

#include "base/text.h"
#include "wire/http_content_type.h"

namespace strictmx {

namespace {

FetchOutcome refused(FetchStatus status, std::string detail) {
  return {status, {}, std::move(detail)};
}

std::string quoted(std::string_view what, std::string_view value) {
  return fmt::format("{} \"{}\"", what, escape_remote(value, 64));
}

// We asked for no content coding, and a size limit must hold for what was decoded. HTTP/1.0 knows
// no transfer codings (RFC 9112 §6.1).
std::optional<FetchOutcome> judge_codings(const PolicyHead& head) {
  if (!head.content_coding.empty() && !equals_ignore_case(head.content_coding, "identity"))
    return refused(FetchStatus::media_type, quoted("content coding", head.content_coding));
  const bool plain = head.transfer_coding.empty() ||
                     (equals_ignore_case(head.transfer_coding, "chunked") && !head.is_http_1_0);
  if (!plain)
    return refused(FetchStatus::protocol_error, quoted("transfer coding", head.transfer_coding));
  return std::nullopt;
}

}  // namespace

void add_field_value(std::string& list, std::string_view value) {
  if (!list.empty() && !value.empty()) list += ", ";
  list += value;
}

std::optional<FetchOutcome> judge_policy_head(const PolicyHead& head) {
  auto name = fmt::format("http-{}", head.status);
  // RFC 8461 §3.3: neither redirects nor any other status than 200.
  if (head.status >= 300 && head.status < 400)
    return refused(FetchStatus::redirected, std::move(name));
  if (head.status < 200) return refused(FetchStatus::protocol_error, std::move(name));
  if (head.status != 200) return refused(FetchStatus::http_status, std::move(name));
  if (auto coded = judge_codings(head)) return coded;
  if (head.media_type.empty()) return refused(FetchStatus::media_type, "no media type");
  if (!is_text_plain(head.media_type))  // RFC 8461 §3.2
    return refused(FetchStatus::media_type, quoted("media type", head.media_type));
  return std::nullopt;
}

}  // namespace strictmx
