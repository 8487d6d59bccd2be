#include "wire/report_input.h"

#include <fmt/format.h>

#include "base/text.h"
#include "core/domain.h"
#include "wire/gzip.h"
#include "wire/json_begin.h"
#include "wire/report_mail_reader.h"

namespace strictmx {

namespace {

constexpr int kMaxLayers = 2;  // of compression

bool begins_like_json(std::string_view octets) {
  const char first = json_begin(octets);
  return first == '{' || first == '[';
}

Result<std::string> unpack(std::string octets, std::size_t limit,
                           std::vector<std::string>& remarks) {
  for (int layers = 0; looks_like_gzip(octets) || looks_like_zip(octets); ++layers) {
    if (layers == kMaxLayers) return fail(Errc::unsupported, "compressed more than twice");
    const bool zip = looks_like_zip(octets);
    if (zip) remarks.emplace_back("compressed as ZIP instead of gzip (RFC 8460 §5.2)");
    if (layers == 1) remarks.emplace_back("compressed twice");
    auto inner = zip ? unzip_first(octets, limit) : gunzip(octets, limit);
    if (!inner) return inner;
    octets = *std::move(inner);
  }
  if (octets.size() > limit) return fail(Errc::too_large, fmt::format("over {} octets", limit));
  return octets;
}

// RFC 8460 §5.1: "submitter!domain!begin!end...".
void take_from_file_name(std::string_view name, ReportContext& context) {
  const auto parts = split(name, '!');
  if (parts.size() < 4) return;
  const auto submitter = Domain::parse(parts[0]);
  const auto domain = Domain::parse(parts[1]);
  if (context.submitter.empty() && submitter) context.submitter = submitter->text();
  if (context.policy_domain.empty() && domain) context.policy_domain = domain->text();
}

// RFC 8460 §5.3.
void remark_on_mail(const FoundReportMail& mail, std::vector<std::string>& remarks) {
  if (mail.media_type != "multipart/report") {
    remarks.push_back(fmt::format("the mail is {} instead of multipart/report",
                                  escape_remote(mail.media_type, 60)));
  } else if (!equals_ignore_case(mail.report_type, "tlsrpt")) {
    remarks.emplace_back("the mail's report-type is not tlsrpt");
  }
  if (mail.report_domain.empty()) remarks.emplace_back("no header field TLS-Report-Domain");
  if (mail.report_submitter.empty()) remarks.emplace_back("no header field TLS-Report-Submitter");
  const auto& part = mail.attachments.front();
  const auto expected =
      looks_like_gzip(part.content) ? "application/tlsrpt+gzip" : "application/tlsrpt+json";
  if (part.media_type != expected) {
    remarks.push_back(fmt::format("the report is {} instead of {}",
                                  escape_remote(part.media_type, 60), expected));
  }
}

Result<ReportInput> open_mail(std::string_view octets, std::size_t limit) {
  auto mail = find_mailed_report(octets);
  if (!mail) return std::unexpected(mail.error());
  ReportInput input;
  const auto domain = Domain::parse(mail->report_domain);
  const auto submitter = Domain::parse(mail->report_submitter);
  if (domain) input.context.policy_domain = domain->text();
  if (submitter) input.context.submitter = submitter->text();
  remark_on_mail(*mail, input.remarks);
  auto& part = mail->attachments.front();
  take_from_file_name(part.file_name, input.context);
  auto json = unpack(std::move(part.content), limit, input.remarks);
  if (!json) return std::unexpected(json.error());
  input.json = *std::move(json);
  return input;
}

}  // namespace

Result<ReportInput> open_report(std::string_view octets, std::size_t limit) {
  const bool packed = looks_like_gzip(octets) || looks_like_zip(octets);
  if (!packed && !begins_like_json(octets)) return open_mail(octets, limit);
  ReportInput input;
  auto json = unpack(std::string(octets), limit, input.remarks);
  if (!json) return std::unexpected(json.error());
  // A mail may have been compressed as a whole, in a mailbox or an archive.
  if (packed && !begins_like_json(*json)) return open_mail(*json, limit);
  input.json = *std::move(json);
  return input;
}

}  // namespace strictmx
