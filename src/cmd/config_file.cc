#include "cmd/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text.h"
#include "cmd/config_lookup.h"
#include "cmd/read_file.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace strictmx {

namespace {

constexpr std::size_t kMaxConfigBytes = 1 << 20;

using Words = std::vector<std::string>;

struct Problem {
  std::uint32_t line;
  std::uint32_t column;
  std::string text;
  auto operator<=>(const Problem&) const = default;
};

std::string_view describe(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::text:
      return "a string";
    case ConfigKind::list:
      return "an array of strings";
    case ConfigKind::duration:
      return "a string with a unit like \"10s\"";
    case ConfigKind::number:
      return "a whole number";
    case ConfigKind::boolean:
      return "true or false";
  }
  return "";
}

std::optional<Words> read_strings(const toml::array& array) {
  Words words;
  for (const auto& element : array) {
    const auto* text = element.as_string();
    if (text == nullptr) return std::nullopt;
    words.push_back(text->get());
  }
  return words;
}

// The value as words for ConfigKey::set; nullopt when its type is not what the key takes.
std::optional<Words> read_words(const toml::node& node, ConfigKind kind) {
  const bool textual =
      kind == ConfigKind::text || kind == ConfigKind::list || kind == ConfigKind::duration;
  if (const auto* text = node.as_string(); text != nullptr && textual) return Words{text->get()};
  if (const auto* array = node.as_array(); array != nullptr && kind == ConfigKind::list) {
    return read_strings(*array);
  }
  if (const auto* number = node.as_integer(); number != nullptr && kind == ConfigKind::number) {
    return Words{std::to_string(number->get())};
  }
  if (const auto* flag = node.as_boolean(); flag != nullptr && kind == ConfigKind::boolean) {
    return Words{flag->get() ? "true" : "false"};
  }
  return std::nullopt;
}

Json to_json(const toml::node& node) {
  if (const auto* text = node.as_string(); text != nullptr) return Json(text->get());
  if (const auto* number = node.as_integer(); number != nullptr) return Json(number->get());
  if (const auto* number = node.as_floating_point(); number != nullptr) return Json(number->get());
  if (const auto* flag = node.as_boolean(); flag != nullptr) return Json(flag->get());
  if (const auto* array = node.as_array(); array != nullptr) {
    Json::Array values;
    for (const auto& element : *array) values.push_back(to_json(element));
    return values;
  }
  const auto* const table = node.as_table();
  if (table == nullptr) return {};
  Json::Object members;
  for (const auto& [name, value] : *table)
    members.emplace_back(std::string(name.str()), to_json(value));
  return members;
}

class Reader {
 public:
  explicit Reader(Config& config) : config_(config) {}

  void read(const toml::table& root) {
    for (const auto& [name, node] : root) {
      const auto* section = node.as_table();
      if (section == nullptr) {
        read_key(std::string(name.str()), name, node);
      } else if (section->empty() && !is_section(name.str())) {
        note(name, fmt::format("unknown section [{}]", escape_remote(name.str())));
      } else {
        for (const auto& [inner, value] : *section) {
          read_key(fmt::format("{}.{}", name.str(), inner.str()), inner, value);
        }
      }
    }
  }

  std::vector<Problem> take_problems() { return std::move(problems_); }

 private:
  static bool is_section(std::string_view name) {
    return std::ranges::any_of(config_keys(), [&](const ConfigKey& key) {
      return key.name.starts_with(fmt::format("{}.", name));
    });
  }

  void read_key(const std::string& name, const toml::key& where, const toml::node& node) {
    const auto* key = find_config_key(name);
    if (key == nullptr) {
      const auto* near = nearest_config_key(name);
      note(where, fmt::format("unknown key {}{}", escape_remote(name),
                              near ? fmt::format(", did you mean {}?", near->name) : ""));
      return;
    }
    const auto words = read_words(node, key->kind);
    if (!words) {
      note(where, fmt::format("{}: expected {}", name, describe(key->kind)));
      return;
    }
    if (const auto set = key->set(config_, *words); !set) {
      note(where, fmt::format("{}: {}", name, set.error().detail));
    }
  }

  void note(const toml::key& where, std::string text) {
    const auto& begin = where.source().begin;
    problems_.push_back({begin.line, begin.column, std::move(text)});
  }

  Config& config_;
  std::vector<Problem> problems_;
};

}  // namespace

ConfigProblems read_config_text(std::string_view text, std::string_view file, Config& config) {
  const auto parsed = toml::parse(text, file);
  if (!parsed) {
    const auto& error = parsed.error();
    return {fmt::format("{}:{}: {}", file, error.source().begin.line,
                        escape_remote(error.description()))};
  }
  Reader reader(config);
  reader.read(parsed.table());
  auto problems = reader.take_problems();
  std::ranges::sort(problems);
  ConfigProblems lines;
  for (const auto& problem : problems) {
    lines.push_back(fmt::format("{}:{}: {}", file, problem.line, problem.text));
  }
  return lines;
}

Result<Json> read_toml(const std::filesystem::path& file) {
  const auto text = read_file(file, kMaxConfigBytes);
  if (!text) return std::unexpected(text.error());
  const auto parsed = toml::parse(*text, file.string());
  if (parsed) return to_json(parsed.table());
  const auto& error = parsed.error();
  return fail(Errc::usage, fmt::format("{}:{}: {}", file.string(), error.source().begin.line,
                                       escape_remote(error.description())));
}

ConfigProblems read_config_file(const std::filesystem::path& file, Config& config) {
  const auto text = read_file(file, kMaxConfigBytes);
  if (!text) return {text.error().detail};
  return read_config_text(*text, file.string(), config);
}

}  // namespace strictmx
