// core/report/mail_address.h: a mailbox as we write one into envelopes and header fields: an
// addr-spec whose local part is a dot-atom (RFC 5322 §3.4.1, RFC 5321 §4.1.2). Limits: local part
// of 64 octets (RFC 5321 §4.5.3.1.1), domain as core/domain. Refused: quoted local parts, address
// literals, octets outside of ASCII, control characters.
#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/domain.h"

namespace strictmx {

class MailAddress {
 public:
  // Errors: Errc::syntax, Errc::too_large, Errc::unsupported (address literal).
  static Result<MailAddress> parse(std::string_view text);

  const std::string& local() const { return local_; }  // in its own case
  const Domain& domain() const { return domain_; }
  std::string text() const { return local_ + '@' + domain_.text(); }

  auto operator<=>(const MailAddress&) const = default;

 private:
  MailAddress(std::string local, Domain domain)
      : local_(std::move(local)), domain_(std::move(domain)) {}
  std::string local_;
  Domain domain_;
};

// RFC 5322 §3.2.3: atext runs joined by single dots.
bool is_dot_atom(std::string_view text);

}  // namespace strictmx
