// tls/dkim_sign.h: puts DKIM signatures on a report mail (RFC 6376, RFC 8460 §3, §5.3): of the
// whole body, never with l=, over the fields that a report has; From and the fields that decide who
// reports what are signed once more than they occur, so that none can be added (RFC 6376 §8.15).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "core/report/dkim.h"
#include "tls/dkim_key.h"

namespace strictmx {

struct DkimSigner {
  DkimIdentity identity;
  DkimKey key;
};

// `mail` with one DKIM-Signature per signer in front, for the same input always the same.
// Errors: Errc::io (OpenSSL refused).
Result<std::string> sign_mail(std::string_view mail, std::span<const DkimSigner> signers,
                              WallTime signed_at);

}  // namespace strictmx
