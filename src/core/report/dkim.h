// core/report/dkim.h: what a DKIM signature covers (RFC 6376 §3.4, §3.5, §3.7), as text. Pure.
// Canonical forms are relaxed/relaxed, the hash is that of rsa-sha256 and ed25519-sha256.
// Not here: hashing and keys (tls/dkim_key, tls/dkim_sign).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain.h"

namespace strictmx {

// A field of a mail's head with its continuation lines, without the final CRLF.
using MailField = std::string_view;

struct MailParts {
  std::vector<MailField> fields;
  std::string_view body;
};

// Splits at the first empty line. Lines end with CRLF. The views point into `mail`.
MailParts split_mail(std::string_view mail);

// RFC 6376 §3.4.2: "name:value", without CRLF.
std::string relaxed_field(MailField field);

// RFC 6376 §3.4.4.
std::string relaxed_body(std::string_view body);

// The octets that are hashed for the signature: for each name of `signed_names` the last field of
// that name that was not taken yet, or nothing, then `signature_field` with an empty b= tag
// (RFC 6376 §3.7, §5.4.2).
std::string dkim_signed_text(std::span<const MailField> fields,
                             std::span<const std::string> signed_names, MailField signature_field);

struct DkimIdentity {
  Domain domain;         // d=
  std::string selector;  // s=: labels as in a domain name
};

// A selector is one or more labels (RFC 6376 §3.1).
bool is_dkim_selector(std::string_view text);

// "DKIM-Signature: ... b=" without CRLF at its end, in lines of at most 78 where names allow.
std::string format_dkim_field(const DkimIdentity& identity, std::string_view algorithm,
                              std::int64_t signed_at, std::span<const std::string> signed_names,
                              std::string_view body_hash);

}  // namespace strictmx
