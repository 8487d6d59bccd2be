#include "tls/dkim_sign.h"

#include <vector>

namespace strictmx {

namespace {

// RFC 8460 §5.3, RPT-T07: both TLS-Report fields are covered.
const std::vector<std::string>& signed_names() {
  static const std::vector<std::string> names = {"From",
                                                 "From",
                                                 "To",
                                                 "To",
                                                 "Subject",
                                                 "Subject",
                                                 "Date",
                                                 "Date",
                                                 "Message-ID",
                                                 "Message-ID",
                                                 "MIME-Version",
                                                 "Content-Type",
                                                 "Content-Type",
                                                 "TLS-Required",
                                                 "Auto-Submitted",
                                                 "TLS-Report-Domain",
                                                 "TLS-Report-Domain",
                                                 "TLS-Report-Submitter",
                                                 "TLS-Report-Submitter"};
  return names;
}

std::string fold(std::string_view signature) {
  constexpr std::size_t kLine = 72;
  std::string out(signature.substr(0, kLine));
  for (std::size_t i = kLine; i < signature.size(); i += kLine) {
    out += "\r\n ";
    out += signature.substr(i, kLine);
  }
  return out;
}

}  // namespace

Result<std::string> sign_mail(std::string_view mail, std::span<const DkimSigner> signers,
                              WallTime signed_at) {
  const auto parts = split_mail(mail);
  const auto body_hash = sha256_base64(relaxed_body(parts.body));
  std::string head;
  for (const auto& signer : signers) {
    auto field = format_dkim_field(signer.identity, name_of(signer.key.algorithm()),
                                   signed_at.time_since_epoch().count(), signed_names(), body_hash);
    const auto signature = signer.key.sign(dkim_signed_text(parts.fields, signed_names(), field));
    if (!signature) return std::unexpected(signature.error());
    head += field + fold(*signature) + "\r\n";
  }
  return head + std::string(mail);
}

}  // namespace strictmx
