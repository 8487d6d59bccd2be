#include "core/sts_record.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/txt_record.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxId = 32;  // RFC 8461 §3.1

// RFC 8461 §3.1: sts-id.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId && std::all_of(text.begin(), text.end(), is_alnum);
}

class StsRecordReader {
 public:
  explicit StsRecordReader(std::string_view rr) : rr_(rr) {}

  Result<StsRecord> read() {
    if (rr_.size() > kMaxTxtRecord)
      return bad(Errc::too_large, kMaxTxtRecord, "record is too long");
    if (!rr_.starts_with(kStsVersion)) return bad(Errc::syntax, 0, "does not begin with v=STSv1");
    at_ = kStsVersion.size();
    if (at_ < rr_.size() && is_blank(rr_[at_])) {  // RFC 8461 eid6285
      record_.warnings.push_back(fmt::format("offset {}: blank before the first \";\"", at_));
    }
    for (std::size_t fields = 0; at_ < rr_.size(); ++fields) {
      if (!skip_delimiter()) return bad(Errc::syntax, at_, "\";\" expected");
      if (at_ == rr_.size()) break;
      if (fields == kMaxTxtFields) return bad(Errc::too_large, at_, "over 64 fields");
      if (auto field = read_field(); !field) return std::unexpected(std::move(field.error()));
    }
    if (!id_seen_) return bad(Errc::syntax, at_, "no id");
    return std::move(record_);
  }

 private:
  std::unexpected<Error> bad(Errc code, std::size_t offset, std::string_view what) const {
    return fail(code, fmt::format("offset {}: {}", offset, what));
  }

  template <class Predicate>
  std::string_view take_while(Predicate accepts) {
    const std::size_t begin = at_;
    while (at_ < rr_.size() && accepts(rr_[at_])) ++at_;
    return rr_.substr(begin, at_ - begin);
  }

  // RFC 8461 §3.1: sts-field-delim.
  bool skip_delimiter() {
    take_while(is_blank);
    if (at_ == rr_.size() || rr_[at_] != ';') return false;
    ++at_;
    take_while(is_blank);
    return true;
  }

  // RFC 8461 §3.1: sts-field, either sts-id or an extension, which must follow the grammar
  // although it is ignored.
  Result<void> read_field() {
    const std::size_t begin = at_;
    const auto name = take_while(is_txt_name_char);
    if (name.empty() || !is_alnum(name.front())) return bad(Errc::syntax, begin, "no field name");
    if (name.size() > kMaxTxtFieldName) return bad(Errc::syntax, begin, "field name too long");
    if (at_ == rr_.size() || rr_[at_] != '=') return bad(Errc::syntax, at_, "\"=\" expected");
    ++at_;
    const std::size_t value_begin = at_;
    const auto value = take_while(is_txt_value_char);
    if (value.empty()) return bad(Errc::syntax, value_begin, "no value");
    if (name != "id") {
      record_.warnings.push_back(fmt::format("offset {}: unknown field {}", begin, name));
    } else if (id_seen_) {  // RFC 8461 §3.2: of duplicates the first counts
      record_.warnings.push_back(fmt::format("offset {}: second id ignored", begin));
    } else if (!is_id(value)) {
      // RFC 8461 §3.1, unclear: by the grammar this is an extension, and a good id might follow.
      // Our reading: it is the id, the first counts, so the record has none.
      return bad(Errc::syntax, value_begin, "id is not 1 to 32 letters and digits");
    } else {
      id_seen_ = true;
      record_.id = value;
    }
    return {};
  }

  std::string_view rr_;
  std::size_t at_ = 0;
  bool id_seen_ = false;
  StsRecord record_;
};

}  // namespace

Result<StsRecord> parse_sts_record(std::string_view rr) { return StsRecordReader(rr).read(); }

StsTxt select_sts_record(std::span<const std::string> rrs) {
  const auto [count, candidate] = find_txt_candidates(rrs, kStsVersion);  // RFC 8461 §3.1
  if (count == 0) return NoStsRecord{};
  if (count > 1) return SeveralStsRecords{count};  // RFC 8461 §3.1: before any look at the syntax
  auto record = parse_sts_record(candidate);
  if (!record) return MalformedStsRecord{std::move(record.error())};
  return *std::move(record);
}

}  // namespace strictmx
