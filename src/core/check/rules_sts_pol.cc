#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"
#include "core/check/sts_attempt.h"
#include "core/mx_pattern_fault.h"

namespace strictmx {

namespace {

constexpr Seconds kTwoWeeks = 14 * kDay;
constexpr Seconds kMonth = 31 * kDay;
constexpr std::size_t kMaxLines = 2000;
constexpr std::size_t kMaxQuoted = 3;  // lines named for one fault

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return (c >= 0 && c < ' ' && c != '\t' && c != '\r') || c == '\x7f'; });
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_utf16(std::string_view body) {
  if (body.starts_with("\xff\xfe") || body.starts_with("\xfe\xff")) return true;
  const auto zeros = std::ranges::count(body, '\0');
  return zeros > 8 && static_cast<std::size_t>(zeros) * 3 > body.size();
}

// Letters only, in lower case: "max-age" and "maxAge" are "maxage".
std::string letters_of(std::string_view key) {
  std::string letters;
  for (const char c : key) {
    if (is_alpha(c)) letters += to_lower(c);
  }
  return letters;
}

struct LineEnds {
  std::size_t lf = 0;
  std::size_t crlf = 0;
  bool bare_cr = false;
};

LineEnds count_line_ends(std::string_view body) {
  LineEnds ends;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\n') ++(i > 0 && body[i - 1] == '\r' ? ends.crlf : ends.lf);
    if (body[i] == '\r' && (i + 1 == body.size() || body[i + 1] != '\n')) ends.bare_cr = true;
  }
  return ends;
}

class PolicyTextRules {
 public:
  PolicyTextRules(const CheckView& view, Findings& findings)
      : view_(view), name_("mta-sts." + view.facts.domain.text()), findings_(findings) {}

  void run(std::string_view body) {
    if (body.empty() || is_page(body)) return;  // told by the rules about HTTP
    if (is_utf16(body)) return findings_.add("sts-pol-utf16", name_, quoted(body, 40));
    if (skip_byte_order_mark(body)) note("sts-pol-bom", "it begins with the octets EF BB BF");
    if (check_line_ends(body)) {
      read_lines(body);
      check_missing();
      check_age();
      check_patterns();
    }
    report();
  }

 private:
  // One finding for a fault, whatever the number of lines that have it.
  struct Fault {
    std::string_view id;
    std::vector<std::string> lines;
    std::vector<std::string> better;
  };

  void note(std::string_view id, std::string evidence, std::string better = {}) {
    auto found = std::ranges::find(faults_, id, &Fault::id);
    if (found == faults_.end()) {
      faults_.push_back({id, {}, {}});
      found = faults_.end() - 1;
    }
    if (found->lines.size() < kMaxQuoted) found->lines.push_back(std::move(evidence));
    if (!better.empty() && found->better.size() < kMaxQuoted) {
      found->better.push_back(std::move(better));
    }
  }

  void note_line(std::string_view id, std::string_view line, std::string better = {}) {
    note(id, fmt::format("line {}: {}", number_, quoted(line)), std::move(better));
  }

  bool noted(std::string_view id) const {
    return std::ranges::find(faults_, id, &Fault::id) != faults_.end();
  }

  void report() {
    for (const auto& fault : faults_) {
      auto fix = join(fault.better, "\n");
      if (!fix.empty()) fix = with_fresh_record(view_.facts, std::move(fix));
      findings_.add(fault.id, name_, join(fault.lines, "; "), std::move(fix));
    }
  }

  // False where nothing else can be read.
  bool check_line_ends(std::string_view body) {
    const auto ends = count_line_ends(body);
    if (ends.bare_cr) note("sts-pol-bare-cr", quoted(body, 60));
    if (ends.bare_cr && ends.lf + ends.crlf == 0) return false;
    const auto counts = fmt::format("{} lines end with LF, {} with CR LF", ends.lf, ends.crlf);
    if (ends.lf > 0 && ends.crlf > 0) note("sts-pol-mixed-eol", counts);
    if (ends.lf > 0 && ends.crlf == 0) note("sts-pol-lf", counts);
    return true;
  }

  void read_lines(std::string_view body) {
    while (!body.empty() && number_ < kMaxLines) {
      ++number_;
      const auto end = body.find('\n');
      auto line = body.substr(0, end);
      body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      read_line(line);
    }
  }

  void read_line(std::string_view line) {
    const auto text = trim_blanks(line);
    if (text.empty()) return note("sts-pol-blank-line", fmt::format("line {}", number_));
    if (has_control(line) || !is_utf8(line) || text.front() == '<') {
      return note_line("sts-pol-trailing-garbage", line);
    }
    if (text.front() == '#' || text.starts_with("//") || text.front() == ';') {
      return note_line("sts-pol-comment", line);
    }
    if (is_blank(line.front())) note_line("sts-pol-leading-space", line, std::string(text));
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return note_line("sts-pol-no-colon", line);
    read_field(line, text.substr(0, colon), trim_blanks(text.substr(colon + 1)));
  }

  void read_field(std::string_view line, std::string_view key, std::string_view value) {
    if (is_mx_typo(key)) {
      const auto pattern = MxPattern::parse(value);
      return note_line("sts-pol-mx-key-typo", line, pattern ? "mx: " + pattern->text() : "");
    }
    if (!is_policy_key(key)) return note_line("sts-pol-key-invalid", line);
    if (value.empty()) return note_line("sts-pol-value-empty", line);
    ++fields_;
    if (key == "mx") return read_mx(line, value);
    if (key != "version" && key != "mode" && key != "max_age") {
      keys_.emplace_back(key);
      return note_line("sts-pol-extension", line);
    }
    if (!is_ascii(value)) note_line("sts-pol-nonascii", line);
    if (std::ranges::find(seen_, key) != seen_.end()) {
      return note_line("sts-pol-duplicate-key", line);
    }
    seen_.emplace_back(key);
    read_known(line, key, value);
  }

  void read_known(std::string_view line, std::string_view key, std::string_view value) {
    if (key == "version") {
      if (fields_ != 1) note_line("sts-pol-version-not-first", line);
      if (value != "STSv1") note_line("sts-pol-version-invalid", line, "version: STSv1");
    } else if (key == "mode") {
      if (view_.scan && !view_.scan->mode) {
        note_line("sts-pol-mode-invalid", line, better_mode(value));
      }
    } else if (value.size() > 10 || !std::ranges::all_of(value, is_digit)) {
      note_line("sts-pol-maxage-syntax", line, better_age(value));
    }
  }

  static std::string better_mode(std::string_view value) {
    const auto lower = ascii_lower(value);
    const bool testing = lower == "report" || lower == "test" || lower == "testing";
    if (testing) return "mode: testing";
    return lower == "none" || lower == "off" ? "mode: none" : "mode: enforce";
  }

  static std::string better_age(std::string_view value) {
    std::string digits;
    for (const char c : value.substr(0, 32)) {
      if (is_digit(c)) digits += c;
    }
    const bool separators = value.find_first_not_of("0123456789_,' ") == std::string_view::npos;
    const bool usable = separators && digits.size() >= 5 && digits.size() <= 8;
    return "max_age: " + (usable ? digits : std::string("1209600"));
  }

  void read_mx(std::string_view line, std::string_view value) {
    auto fault = fault_of_mx_pattern(value);
    if (fault) {
      mx_told_ = true;
      note_line(fault->id, line, std::move(fault->better));
    }
  }

  void check_missing() {
    const auto has = [&](std::string_view key) {
      return std::ranges::find(seen_, key) != seen_.end();
    };
    if (!has("version")) missing("sts-pol-version-missing", "version", "version: STSv1");
    if (!has("mode")) missing("sts-pol-mode-missing", "mode", "mode: testing");
    if (!has("max_age")) missing("sts-pol-maxage-missing", "maxage", "max_age: 1209600");
    const bool needs_mx = view_.scan && view_.scan->mode != PolicyMode::none;
    const bool told = mx_told_ || noted("sts-pol-mx-key-typo");
    if (needs_mx && !told && view_.scan->mx.empty()) {
      note("sts-pol-mx-missing", "no mx line", lines_for_hosts());
    }
  }

  // A key that has the same letters is what was meant.
  void missing(std::string_view id, std::string_view letters, std::string better) {
    const auto near = std::ranges::find(keys_, letters, letters_of);
    note(id, near == keys_.end() ? "no such line" : fmt::format("there is {}", quoted(*near, 40)),
         std::move(better));
  }

  std::string lines_for_hosts() const {
    std::vector<std::string> lines;
    for (const auto& host : view_.facts.hosts) {
      if (host.host && lines.size() < kMaxCheckedHosts) lines.push_back("mx: " + host.host->text());
    }
    return join(lines, "\n");
  }

  // RFC 8461 §3.2, RFC 8461 §10.2. Short on purpose for mode none (RFC 8461 §8.3).
  void check_age() {
    if (!view_.scan || !view_.scan->max_age || noted("sts-pol-maxage-syntax")) return;
    const auto age = *view_.scan->max_age;
    const auto mode = view_.scan->mode;
    const auto evidence = fmt::format("max_age: {}", age.count());
    if (age > kMaxMaxAge) return note("sts-pol-maxage-long", evidence, "max_age: 31557600");
    if (!mode || *mode == PolicyMode::none) return;
    const bool enforce = *mode == PolicyMode::enforce;
    const std::string better = "max_age: 1209600";
    if (age == Seconds{0}) {
      note("sts-pol-maxage-zero", evidence, better);
    } else if (age < kDay) {
      add_short(enforce ? Severity::error : Severity::warning, evidence);
    } else if (enforce && age < kTwoWeeks) {
      add_short(Severity::notice, evidence);
    } else if (!enforce && age > kMonth) {
      note("sts-pol-maxage-long-testing", evidence, "max_age: 604800");
    }
  }

  void add_short(Severity severity, const std::string& evidence) {
    findings_.add_as(severity, "sts-pol-maxage-short", name_, evidence,
                     with_fresh_record(view_.facts, "max_age: 1209600"));
  }

  void check_patterns() {
    if (!view_.scan) return;
    const auto& mx = view_.scan->mx;
    for (auto i = mx.begin(); i != mx.end(); ++i) {
      if (std::find(mx.begin(), i, *i) != i) note("sts-pol-mx-duplicate", "mx: " + i->text());
    }
  }

  const CheckView& view_;
  const std::string name_;
  Findings& findings_;
  std::size_t number_ = 0;
  std::size_t fields_ = 0;
  std::vector<std::string> seen_;  // of version, mode, max_age
  std::vector<std::string> keys_;  // others
  bool mx_told_ = false;
  std::vector<Fault> faults_;
};

}  // namespace

void check_policy_text(const CheckView& view, Findings& findings) {
  const bool planned = view.facts.planned_policy;
  if (!view.body || (!planned && !means_policy(view))) return;
  PolicyTextRules(view, findings).run(*view.body);
}

}  // namespace strictmx
