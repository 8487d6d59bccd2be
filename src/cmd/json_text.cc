#include "cmd/json_text.h"

#include "base/text.h"

namespace strictmx {

namespace {

constexpr int kMaxJsonDepth = 4;

std::string word(const Json& value) {
  if (value.string() != nullptr) return escape_remote(*value.string());
  if (value.array() != nullptr) {
    std::string words;
    for (const auto& one : *value.array()) words += (words.empty() ? "" : " ") + word(one);
    return words;
  }
  const std::string text = value.dump();
  if (text == "null") return "-";
  if (text == "true") return "yes";
  return text == "false" ? "no" : text;
}

void append(std::string& text, const Json::Object& object, int depth) {
  for (const auto& [name, value] : object) {
    std::string label = name;
    for (char& c : label) c = c == '_' ? ' ' : c;
    text += std::string(static_cast<std::size_t>(depth) * 2, ' ') + label + ":";
    if (value.object() != nullptr && depth < kMaxJsonDepth) {
      text += "\n";
      append(text, *value.object(), depth + 1);
    } else {
      text += " " + word(value) + "\n";
    }
  }
}

}  // namespace

std::string format_json_text(const Json::Object& object) {
  std::string text;
  append(text, object, 0);
  return text;
}

}  // namespace strictmx
