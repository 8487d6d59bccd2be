#include "wire/line_query.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

struct Verb {
  std::string_view word;
  LineVerb verb;
  std::size_t arguments;
};
constexpr std::array kVerbs{Verb{"exim", LineVerb::exim, 1}, Verb{"check", LineVerb::check, 1},
                            Verb{"relayhost", LineVerb::relayhost, 1},
                            Verb{"mxok", LineVerb::mxok, 2}};

std::unexpected<Error> refuse(std::size_t offset, std::string_view what) {
  return fail(Errc::syntax, fmt::format("offset {}: {}", offset, what));
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto part : split(text, ' ')) {
    for (const auto word : split(part, '\t')) {
      if (!word.empty()) words.push_back(word);
    }
  }
  return words;
}

bool is_key(std::string_view text) {
  constexpr std::size_t kMaxKey = 32;
  return !text.empty() && text.size() <= kMaxKey &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

// Reads the fields of an event one by one.
class Fields {
 public:
  Fields(std::string_view line, std::size_t start) : line_(line), at_(start) {}

  Result<LineEvent> read() {
    LineEvent event;
    for (;;) {
      while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
      if (at_ == line_.size()) return event;
      if (event.fields.size() == kMaxEventFields) {
        return fail(Errc::too_large, fmt::format("offset {}: too many fields", at_));
      }
      const auto equals = line_.find('=', at_);
      if (equals == std::string_view::npos || !is_key(line_.substr(at_, equals - at_))) {
        return refuse(at_, "not KEY=VALUE");
      }
      std::string key = ascii_lower(line_.substr(at_, equals - at_));
      at_ = equals + 1;
      auto value = at_ < line_.size() && line_[at_] == '"' ? quoted() : plain();
      if (!value) return std::unexpected(value.error());
      event.fields.emplace_back(std::move(key), *std::move(value));
    }
  }

 private:
  Result<std::string> plain() {
    const std::size_t start = at_;
    while (at_ < line_.size() && !is_blank(line_[at_])) ++at_;
    return std::string(line_.substr(start, at_ - start));
  }

  Result<std::string> quoted() {
    std::string value;
    for (++at_; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (c == '"') {
        ++at_;
        if (at_ < line_.size() && !is_blank(line_[at_])) return refuse(at_, "no blank after \"");
        return value;
      }
      if (c != '\\') {
        value += c;
        continue;
      }
      if (++at_ == line_.size()) break;
      value += line_[at_] == 'n' ? '\n' : line_[at_] == 'r' ? '\r' : line_[at_];
    }
    return refuse(at_, "quote without an end");
  }

  std::string_view line_;
  std::size_t at_;
};

}  // namespace

const std::string* LineEvent::find(std::string_view key) const {
  const auto field = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  return field == fields.end() ? nullptr : &field->second;
}

Result<LineQuery> parse_line_query(std::string_view line) {
  if (line.size() >= kMaxLineQuery) {
    return fail(Errc::too_large, fmt::format("offset {}: the line is too long", kMaxLineQuery));
  }
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    if ((c < 0x20 && c != '\t') || c == 0x7f) return refuse(i, "control character");
  }
  std::size_t start = 0;
  while (start < line.size() && is_blank(line[start])) ++start;
  std::size_t end = start;
  while (end < line.size() && !is_blank(line[end])) ++end;
  const std::string_view verb = line.substr(start, end - start);
  if (equals_ignore_case(verb, "event")) {
    auto event = Fields(line, end).read();
    if (!event) return std::unexpected(event.error());
    return *std::move(event);
  }
  const auto known = std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Verb& entry) {
    return equals_ignore_case(entry.word, verb);
  });
  if (known == kVerbs.end()) {
    return fail(Errc::unsupported, fmt::format("offset {}: unknown verb", start));
  }
  const auto arguments = words_of(line.substr(end));
  if (arguments.size() != known->arguments) {
    return refuse(end, fmt::format("{} words instead of {}", arguments.size(), known->arguments));
  }
  LineQuestion question{known->verb, std::string(arguments[0]), ""};
  if (known->arguments == 2) question.host = arguments[1];
  return question;
}

}  // namespace strictmx
