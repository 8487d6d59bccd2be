#include "core/override.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "core/end_of_day.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxPatterns = 100;

// The next word, blanks inside of quotes included; the quotes are left out.
Result<std::string> take_word(std::string_view& line) {
  std::string word;
  char quote = '\0';
  while (!line.empty() && (quote != '\0' || !is_blank(line.front()))) {
    const char c = line.front();
    line.remove_prefix(1);
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    } else {
      word += c;
    }
  }
  line = trim_blanks(line);
  if (quote != '\0') return fail(Errc::syntax, "a quote is not closed");
  return word;
}

Result<std::vector<MxPattern>> parse_patterns(std::string_view text) {
  std::vector<MxPattern> patterns;
  for (const auto part : split(text, ',')) {
    auto pattern = MxPattern::parse(part);
    if (!pattern) {
      return fail(pattern.error().code,
                  fmt::format("mx={}: {}", escape_remote(part), pattern.error().detail));
    }
    if (patterns.size() == kMaxPatterns) {
      return fail(Errc::too_large, fmt::format("over {} mx patterns", kMaxPatterns));
    }
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

Result<OverrideRule> parse_rule(std::string_view word) {
  if (word == "none") return OverrideRule::none;
  if (word == "enforce") return OverrideRule::enforce;
  if (word == "dane-only") return OverrideRule::dane_only;
  return fail(Errc::syntax,
              fmt::format("{}: expected none, enforce or dane-only", escape_remote(word)));
}

Result<void> read_option(Override& entry, std::string_view word) {
  if (word.starts_with("until=")) {
    entry.until = parse_end_of_day(word.substr(6));
    if (!entry.until) {
      return fail(Errc::out_of_range,
                  fmt::format("{}: not a day like 2026-12-31", escape_remote(word)));
    }
  } else if (word.starts_with("mx=")) {
    auto patterns = parse_patterns(word.substr(3));
    if (!patterns) return std::unexpected(patterns.error());
    entry.mx = *std::move(patterns);
  } else if (word.starts_with("reason=")) {
    entry.reason = word.substr(7);
  } else {
    return fail(Errc::syntax,
                fmt::format("{}: expected mx=, until= or reason=", escape_remote(word)));
  }
  return {};
}

}  // namespace

Result<Override> parse_override(std::string_view line) {
  if (line.size() > kMaxLine) return fail(Errc::too_large, fmt::format("over {} octets", kMaxLine));
  line = trim_blanks(line);
  const auto name = take_word(line);
  if (!name) return std::unexpected(name.error());
  auto domain = Domain::parse(*name);
  if (!domain) {
    return fail(domain.error().code,
                fmt::format("{}: {}", escape_remote(*name), domain.error().detail));
  }
  const auto word = take_word(line);
  if (!word) return std::unexpected(word.error());
  const auto rule = parse_rule(*word);
  if (!rule) return std::unexpected(rule.error());
  Override entry{*std::move(domain), *rule, {}, {}, {}};
  while (!line.empty()) {
    const auto option = take_word(line);
    if (!option) return std::unexpected(option.error());
    if (auto read = read_option(entry, *option); !read) return std::unexpected(read.error());
  }
  if ((entry.rule == OverrideRule::enforce) == entry.mx.empty()) {
    return fail(Errc::syntax, "enforce takes mx=, the other rules do not");
  }
  return entry;
}

std::optional<DomainVerdict> decide_by_override(const Override& override, WallTime now) {
  if (override.until && now >= *override.until) return std::nullopt;
  const std::string why = override.reason.empty() ? "the operator's override"
                                                  : "the operator's override: " + override.reason;
  switch (override.rule) {
    case OverrideRule::none:
      return decide_without_policy(why);
    case OverrideRule::dane_only: {
      DomainVerdict verdict;
      verdict.rule = DomainRule::dane;
      verdict.reason = why;
      return verdict;
    }
    case OverrideRule::enforce:
      break;
  }
  const StsPolicy policy{PolicyMode::enforce, kMaxMaxAge, override.mx};
  auto verdict = decide_with_policy(KnownPolicy{override.domain, "", "", policy, now}, {});
  verdict.reason = why;
  return verdict;
}

}  // namespace strictmx
