#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"
#include "core/check/sts_attempt.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxId = 32;  // RFC 8461 §3.1

bool is_id_text(std::string_view value) { return std::ranges::all_of(value, is_alnum); }

// Values of examples: RFC 8461 §3.1, and what web pages show. Or one character over and over.
bool is_example(std::string_view id) {
  constexpr std::string_view kExamples[] = {
      "20160831085700z", "20190429t010101", "id",         "yourid", "uniqueid", "example", "test",
      "changeme",        "yyyymmddhhmmss",  "1234567890", "123456", "12345",    "1234",    "123"};
  const auto text = ascii_lower(id);
  if (std::ranges::find(kExamples, text) != std::ranges::end(kExamples)) return true;
  return std::ranges::all_of(text, [&](char c) { return c == text.front(); });
}

bool can_touch_a_blank(char c) { return c == ';' || is_blank(c); }

class StsRecordRules {
 public:
  StsRecordRules(const CheckView& view, Findings& findings)
      : view_(view),
        facts_(view.facts),
        txt_(view.facts.sts_txt),
        name_("_mta-sts." + view.facts.domain.text()),
        records_(txt_.joined()),
        fix_(fresh_sts_record(view.facts)),
        findings_(findings) {}

  void run() {
    if (!txt_.meta) return;
    if (is_failure(txt_.meta->status)) return check_failure();
    if (view_.record != nullptr) {
      check_good(*view_.record);
    } else if (std::holds_alternative<MalformedStsRecord>(view_.txt)) {
      check_malformed();
    } else if (const auto* several = std::get_if<SeveralStsRecords>(&view_.txt)) {
      add("sts-txt-multiple", fmt::format("{} records: {}", several->count, all_records()), fix_);
    } else {
      check_none();
    }
    check_wildcard();
    check_split();
  }

 private:
  void add(std::string_view id, std::string evidence = {}, std::string fix = {}) {
    findings_.add(id, name_, std::move(evidence), std::move(fix));
  }

  std::string all_records() const {
    std::vector<std::string> texts;
    for (const auto& record : records_) texts.push_back(quoted(record));
    texts.resize(std::min<std::size_t>(texts.size(), 4));
    return join(texts, ", ");
  }

  // Where nothing at all can be looked up, the MX query says it.
  void check_failure() {
    const auto& mx = facts_.mx.meta;
    const bool everything = !facts_.planned_mx && is_failure(mx.status);
    if (everything || own_resolver_failed(facts_)) return;
    add("sts-txt-servfail", fmt::format("TXT query: {} {}", name_of(txt_.meta->status),
                                        escape_remote(txt_.meta->why, 120)));
  }

  const std::string* candidate() const {
    const auto found = std::ranges::find(records_, StsAttempt::record, [](const std::string& rr) {
      return classify_sts_attempt(rr);
    });
    return found == records_.end() ? nullptr : &*found;
  }

  void check_good(const StsRecord& record) {
    const auto& meta = *txt_.meta;
    if (records_.size() > 1) add("sts-txt-foreign", all_records());
    if (!meta.canonical.empty()) {
      add("sts-txt-delegated", fmt::format("{} is {}", name_, escape_remote(meta.canonical)));
    }
    if (!facts_.planned_sts_txt && meta.ttl > kDay) {
      add("sts-txt-ttl-high", fmt::format("TTL {} s", meta.ttl.count()));
    }
    if (is_example(record.id)) add("sts-txt-id-example", "id=" + record.id, fix_);
    check_extra_fields(record);
  }

  void check_extra_fields(const StsRecord& record) {
    std::size_t ids = 0;
    std::vector<std::string> unknown;
    for (const auto& field : loose_sts_fields(*candidate())) {
      if (field.name == "id") {
        ++ids;
      } else {
        unknown.push_back(escape_remote(field.name, 40));
      }
    }
    if (ids > 1) {
      add("sts-txt-id-duplicate", quoted(*candidate()),
          fmt::format("{}. IN TXT \"v=STSv1; id={};\"", name_, record.id));
    }
    unknown.resize(std::min<std::size_t>(unknown.size(), 8));
    if (!unknown.empty()) add("sts-txt-extension", join(unknown, ", "));
  }

  // One record with the right beginning that the grammar refuses.
  void check_malformed() {
    const auto& rr = *candidate();
    const bool ascii =
        std::ranges::all_of(rr, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii) return add("sts-txt-nonascii", quoted(rr), fix_);
    if (rr.find_first_of("\"\\") != std::string::npos) {
      return add("sts-txt-quoted", quoted(rr), fix_);
    }
    bool id = false;
    bool told = false;
    for (const auto& field : loose_sts_fields(rr)) {
      const auto fault = id_fault(field);
      id = id || (field.has_equals && field.name == "id");
      if (fault.empty()) continue;
      add(fault, quoted(field.text), fix_);
      told = true;
    }
    if (!id && !told) {
      add("sts-txt-id-missing", quoted(rr), fix_);
      told = true;
    }
    if (told) return;
    add("sts-txt-field-syntax", std::get<MalformedStsRecord>(view_.txt).error.detail, fix_);
  }

  // Empty: nothing is wrong with it.
  static std::string_view id_fault(const StsField& field) {
    if (!field.has_equals) return "sts-txt-field-syntax";
    if (field.name != "id") return {};
    if (trim_blanks(field.value).empty()) return "sts-txt-id-empty";
    if (!is_id_text(field.value)) return "sts-txt-id-charset";
    return field.value.size() > kMaxId ? "sts-txt-id-length" : "";
  }

  // No record that begins as it must.
  void check_none() {
    bool told = false;
    for (const auto& rr : records_) told = check_attempt(rr) || told;
    if (told) return;
    if (!txt_.meta->canonical.empty()) {
      return add("sts-txt-cname-dangling",
                 fmt::format("{} is {}: {}", name_, escape_remote(txt_.meta->canonical),
                             name_of(txt_.meta->status)),
                 fix_);
    }
    if (check_elsewhere()) return;
    if (is_null_mx(facts_.mx) || facts_.mx.meta.status == DnsStatus::no_name) return;
    const bool served = view_.body && view_.body->find("STSv1") != std::string::npos;
    if (served) {
      return add(
          "sts-txt-absent-policy-served",
          fmt::format("https://mta-sts.{}/.well-known/mta-sts.txt is there", facts_.domain.text()),
          fix_);
    }
    add("sts-txt-absent", "no TXT record for MTA-STS", fix_);
  }

  bool check_attempt(const std::string& rr) {
    switch (classify_sts_attempt(rr)) {
      case StsAttempt::other:
      case StsAttempt::record:
        return false;
      case StsAttempt::no_delimiter:
        add("sts-txt-no-delimiter", quoted(rr), fix_);
        break;
      case StsAttempt::version:
        add("sts-txt-version", quoted(rr), fix_);
        break;
      case StsAttempt::quoted:
        add("sts-txt-quoted", quoted(rr), fix_);
        break;
      case StsAttempt::not_ascii:
        add("sts-txt-nonascii", quoted(rr), fix_);
        break;
    }
    return true;
  }

  bool check_elsewhere() {
    for (const auto& txt : facts_.sts_txt_elsewhere) {
      for (const auto& rr : txt.joined()) {
        if (classify_sts_attempt(rr) == StsAttempt::other) continue;
        add("sts-txt-wrong-owner", fmt::format("{}: {}", escape_remote(txt.name), quoted(rr)),
            fix_);
        return true;
      }
    }
    return false;
  }

  void check_wildcard() {
    const bool proven = txt_.meta->wildcard;
    const auto elsewhere = facts_.wildcard_txt.joined();
    const bool everywhere = std::ranges::any_of(elsewhere, [](const std::string& rr) {
      return classify_sts_attempt(rr) != StsAttempt::other;
    });
    const bool meant = std::ranges::any_of(records_, [](const std::string& rr) {
      return classify_sts_attempt(rr) != StsAttempt::other;
    });
    if (!meant || (!proven && !everywhere)) return;
    add("sts-txt-wildcard",
        everywhere ? facts_.wildcard_txt.name + " has the record, too" : "expanded from \"*\"",
        fix_);
  }

  // RFC 8461 §3.1: the strings of a record are joined without blanks.
  void check_split() {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (classify_sts_attempt(records_[i]) == StsAttempt::other) continue;
      const auto& parts = txt_.records[i];
      for (std::size_t j = 1; j < parts.size(); ++j) {
        if (parts[j - 1].empty() || parts[j].empty()) continue;
        if (can_touch_a_blank(parts[j - 1].back()) || can_touch_a_blank(parts[j].front())) continue;
        return add("sts-txt-split-space",
                   fmt::format("{} {}", quoted(parts[j - 1], 60), quoted(parts[j], 60)), fix_);
      }
    }
  }

  const CheckView& view_;
  const CheckFacts& facts_;
  const TxtFacts& txt_;
  const std::string name_;
  const std::vector<std::string> records_;
  const std::string fix_;
  Findings& findings_;
};

}  // namespace

void check_sts_record(const CheckView& view, Findings& findings) {
  StsRecordRules(view, findings).run();
}

}  // namespace strictmx
