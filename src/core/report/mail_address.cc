#include "core/report/mail_address.h"

#include <algorithm>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxLocalPart = 64;

bool is_atext(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~";
  return is_alnum(c) || kOthers.find(c) != std::string_view::npos;
}

}  // namespace

bool is_dot_atom(std::string_view text) {
  const auto parts = split(text, '.');
  return std::ranges::all_of(parts, [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, is_atext);
  });
}

Result<MailAddress> MailAddress::parse(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return fail(Errc::syntax, "mail address without \"@\"");
  const auto local = text.substr(0, at);
  if (local.size() > kMaxLocalPart) return fail(Errc::too_large, "local part over 64 octets");
  if (!is_dot_atom(local)) return fail(Errc::syntax, "local part is no dot-atom");
  auto domain = Domain::parse_ascii(text.substr(at + 1));
  if (!domain) return fail(domain.error().code, "mail domain: " + domain.error().detail);
  return MailAddress(std::string(local), *std::move(domain));
}

}  // namespace strictmx
