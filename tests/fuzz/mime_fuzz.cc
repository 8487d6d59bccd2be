// A mail with a report in it: what is found is bounded, the likeliest part is first, and what goes
// on to the reader of reports is clean.
#include <string>

#include "check.h"
#include "mutator.h"
#include "wire/report_input.h"
#include "wire/report_mail_reader.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kWords[] = {
    "Content-Type: multipart/report; report-type=tlsrpt; boundary=\"b\"\r\n",
    "Content-Type: multipart/mixed; boundary=c\n",
    "Content-Type: message/rfc822\n",
    "Content-Type: application/tlsrpt+json; name=\"a!b!1!2.json\"\r\n",
    "Content-Type: application/tlsrpt+gzip\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\n",
    "Content-Disposition: attachment; filename*0*=utf-8''a%21; filename*1=b.json\r\n",
    "TLS-Report-Domain: a.example\r\n",
    "TLS-Report-Submitter: b.example\n",
    "From: a <a@b.example>\n",
    "Subject: =?utf-8?q?a?=\n",
    "--b\r\n",
    "--b--\r\n",
    "--c\n",
    "\r\n",
    "\n",
    "{}\n",
    "e30=\n",
    "From a\n",
    " folded\n"};
constexpr fuzz::PieceForm kForm{"\n", kWords};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, kForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 1 << 16;
  const auto mail = fuzz::text(data, size);
  if (const auto found = find_mailed_report(mail)) {
    check(!found->attachments.empty() && found->attachments.size() <= 200, "1 to 200 parts");
    for (const auto& part : found->attachments) {
      check(part.content.size() <= size, "decoding makes nothing longer");
    }
  }
  const auto input = open_report(mail, kLimit);
  if (!input) return 0;
  check(input->json.size() <= kLimit, "the limit holds");
  const auto& context = input->context;
  for (const auto& name : {context.policy_domain, context.submitter}) {
    check(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == name.npos, "names");
  }
  static_cast<void>(read_report(input->json, context));
  return 0;
}
