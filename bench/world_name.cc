#include "bench/world_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace strictmx::bench {
namespace {

constexpr std::array<std::pair<std::string_view, WorldClass>, 7> kClasses{{
    {"enforce", WorldClass::enforce},
    {"testing", WorldClass::testing},
    {"none", WorldClass::none},
    {"absent", WorldClass::absent},
    {"badcert", WorldClass::badcert},
    {"refused", WorldClass::refused},
    {"missing", WorldClass::missing},
}};

// Removes the last label of `name` and returns it.
std::string_view take_last_label(std::string_view& name) {
  const auto dot = name.rfind('.');
  const std::string_view label = dot == std::string_view::npos ? name : name.substr(dot + 1);
  name = dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
  return label;
}

bool is_domain_label(std::string_view label) {
  return label.size() > 1 && label.front() == 'd' &&
         std::ranges::all_of(label.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view label_of(WorldClass kind) {
  return std::ranges::find(kClasses, kind, &std::pair<std::string_view, WorldClass>::second)->first;
}

}  // namespace

std::optional<WorldName> find_world_name(std::string_view name) {
  if (name.empty() || name == "example" || name == kWorldZone) return WorldName{};
  const std::string_view full = name;
  if (take_last_label(name) != "example" || take_last_label(name) != "bench") return std::nullopt;
  const std::string_view class_label = take_last_label(name);
  const auto* entry =
      std::ranges::find(kClasses, class_label, &std::pair<std::string_view, WorldClass>::first);
  if (entry == kClasses.end()) return std::nullopt;
  if (name.empty()) return WorldName{};
  const std::string_view domain_label = take_last_label(name);
  if (!is_domain_label(domain_label)) return std::nullopt;
  WorldName found;
  found.kind = entry->second;
  found.domain = full.substr(name.empty() ? 0 : name.size() + 1);
  const bool publishes = found.kind != WorldClass::absent;
  if (name.empty()) {
    found.node = WorldNode::domain;
  } else if (name == "mx1" || name == "mx2") {
    found.node = WorldNode::mx_host;
  } else if (name == "_mta-sts" && publishes) {
    found.node = WorldNode::sts_record;
  } else if (name == "mta-sts" && publishes) {
    found.node = WorldNode::policy_host;
  } else {
    return std::nullopt;
  }
  return found;
}

std::string policy_body(const WorldName& name) {
  const bool enforced = name.kind == WorldClass::enforce || name.kind == WorldClass::testing;
  return fmt::format(
      "version: STSv1\r\nmode: {0}\r\nmx: mx1.{1}\r\nmx: mx2.{1}\r\nmax_age: 604800\r\n",
      enforced ? label_of(name.kind) : "none", name.domain);
}

}  // namespace strictmx::bench
