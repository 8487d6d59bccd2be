#include "core/tlsrpt_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/txt_record.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxTargets = 16;  // RFC 8460 §7: bounds what one record can ask for
constexpr std::size_t kMaxCommentedRecords = 64;

class TlsRptRecordReader {
 public:
  explicit TlsRptRecordReader(std::string_view rr) : rr_(rr) {}

  Result<TlsRptRecord> read() {
    if (rr_.size() > kMaxTxtRecord)
      return bad(Errc::too_large, kMaxTxtRecord, "record is too long");
    auto fields = split(rr_, ';');  // RFC 8460 §3: no value holds a semicolon
    if (trim_end(fields.front()) != kTlsRptVersion) {
      return bad(Errc::syntax, 0, "does not begin with v=TLSRPTv1;");
    }
    if (fields.front().size() != kTlsRptVersion.size()) {
      warn(kTlsRptVersion.size(), "blank before the first \";\"");
    }
    if (fields.size() > 1 && trim_blanks(fields.back()).empty()) fields.pop_back();
    if (fields.size() > kMaxTxtFields) {
      return bad(Errc::too_large, offset_of(fields[kMaxTxtFields]), "over 64 fields");
    }
    for (std::size_t i = 1; i < fields.size(); ++i) {
      if (auto field = read_field(trim_blanks(fields[i])); !field) {
        return std::unexpected(std::move(field.error()));
      }
    }
    if (!rua_seen_) return bad(Errc::syntax, rr_.size(), "no rua");
    if (record_.rua.empty()) {
      return fail(Errc::unsupported, "no address in rua can be used: " + first_bad_uri_);
    }
    return std::move(record_);
  }

 private:
  static std::string_view trim_end(std::string_view text) {
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
  }

  std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - rr_.data());
  }

  std::unexpected<Error> bad(Errc code, std::size_t offset, std::string_view what) const {
    return fail(code, fmt::format("offset {}: {}", offset, what));
  }

  void warn(std::size_t offset, std::string_view what) {
    record_.warnings.push_back(fmt::format("offset {}: {}", offset, what));
  }

  // RFC 8460 §3, RPT-D03: unknown fields are ignored, but must follow the grammar.
  Result<void> read_field(std::string_view field) {
    const std::size_t begin = offset_of(field);
    const auto equals = field.find('=');
    const auto name = field.substr(0, equals);
    if (name.empty() || !is_alnum(name.front()) || !std::ranges::all_of(name, is_txt_name_char)) {
      return bad(Errc::syntax, begin, "no field name");
    }
    if (name.size() > kMaxTxtFieldName) return bad(Errc::syntax, begin, "field name too long");
    if (equals == std::string_view::npos) {
      return bad(Errc::syntax, begin + field.size(), "\"=\" expected");
    }
    const auto value = field.substr(equals + 1);
    if (name == "rua") return read_rua(value);
    if (value.empty() || !std::ranges::all_of(value, is_txt_value_char)) {
      return bad(Errc::syntax, begin + equals + 1, "no value that a field may have");
    }
    warn(begin, fmt::format("unknown field {}", name));
    return {};
  }

  // RFC 8460 §3, unclear: what of a second rua. Our reading: all addresses count (RPT-D05).
  Result<void> read_rua(std::string_view value) {
    if (rua_seen_) warn(offset_of(value), "second rua, its addresses are added");
    rua_seen_ = true;
    for (const auto part : split(value, ',')) {
      auto uri = parse_report_uri(trim_blanks(part));
      if (!uri) {
        skip_uri(part, uri.error());
      } else if (is_known(*uri)) {
        warn(offset_of(part), "address is listed more than once");
      } else if (record_.rua.size() == kMaxTargets) {
        return bad(Errc::too_large, offset_of(part), "over 16 addresses");
      } else {
        record_.rua.push_back(*std::move(uri));
      }
    }
    return {};
  }

  bool is_known(const ReportUri& uri) const {
    return std::ranges::any_of(record_.rua,
                               [&](const ReportUri& known) { return known.key() == uri.key(); });
  }

  // RPT-D04: another scheme is only skipped; a broken URI too, but its owner wants to know.
  void skip_uri(std::string_view part, const Error& error) {
    const auto text = fmt::format("offset {}: \"{}\" ignored: {}", offset_of(part),
                                  escape_remote(trim_blanks(part), 80), error.detail);
    record_.warnings.push_back("error: " + text);
    if (first_bad_uri_.empty()) first_bad_uri_ = text;
  }

  std::string_view rr_;
  bool rua_seen_ = false;
  std::string first_bad_uri_;
  TlsRptRecord record_;
};

// An RR that was surely meant to be one but is dropped by all senders.
bool resembles_record(std::string_view rr) {
  constexpr std::string_view kPrefix = "v=tlsrpt";
  while (!rr.empty() && (is_blank(rr.front()) || rr.front() == '"')) rr.remove_prefix(1);
  return equals_ignore_case(rr.substr(0, kPrefix.size()), kPrefix);
}

void comment_on_dropped(std::span<const std::string> rrs, std::vector<std::string>& warnings) {
  for (const auto& rr : rrs.first(std::min(rrs.size(), kMaxCommentedRecords))) {
    if (is_txt_candidate(rr, kTlsRptVersion)) continue;
    const auto text = escape_remote(rr, 60);
    if (resembles_record(rr)) {
      warnings.push_back(
          fmt::format("error: ignored, does not begin with \"v=TLSRPTv1;\": \"{}\"", text));
    } else if (rrs.size() > 1) {
      warnings.push_back(fmt::format("note: other TXT record at this name: \"{}\"", text));
    }
  }
}

}  // namespace

Result<TlsRptRecord> parse_tlsrpt_record(std::string_view rr) {
  return TlsRptRecordReader(rr).read();
}

TlsRptTxt select_tlsrpt_record(std::span<const std::string> rrs) {
  const auto [count, candidate] = find_txt_candidates(rrs, kTlsRptVersion);  // RFC 8460 §3
  if (count == 0) return NoTlsRptRecord{};
  if (count > 1) return SeveralTlsRptRecords{count};  // RFC 8460 §3, RPT-D02
  auto record = parse_tlsrpt_record(candidate);
  if (!record) return MalformedTlsRptRecord{std::move(record.error())};
  return *std::move(record);
}

TlsRptLint lint_tlsrpt_record(std::span<const std::string> rrs) {
  TlsRptLint lint;
  auto txt = select_tlsrpt_record(rrs);
  if (auto* record = std::get_if<TlsRptRecord>(&txt)) {
    lint.valid = true;
    for (const auto& uri : record->rua) lint.rua.push_back(uri.text);
    lint.warnings = std::move(record->warnings);
  } else if (const auto* several = std::get_if<SeveralTlsRptRecords>(&txt)) {
    lint.error = fmt::format("{} TLSRPT records, which counts as none", several->count);
  } else if (const auto* malformed = std::get_if<MalformedTlsRptRecord>(&txt)) {
    lint.error = malformed->error.detail;
  } else {
    lint.error = "no record begins with \"v=TLSRPTv1;\"";
  }
  comment_on_dropped(rrs, lint.warnings);
  return lint;
}

}  // namespace strictmx
