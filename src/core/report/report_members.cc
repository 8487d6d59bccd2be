#include "core/report/report_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxRemarks = 1000;
constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxList = 1024;
constexpr double kMaxCount = 9007199254740991.0;  // RFC 7493 §2.2

std::string cut_text(std::string_view text) {
  if (text.size() <= kMaxText) return std::string(text);
  text = text.substr(0, kMaxText);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) {
    text.remove_suffix(1);  // not within a character
  }
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0x80) text.remove_suffix(1);
  return std::string(text);
}

std::int64_t clamp_count(double value) {
  if (!(value > 0)) return 0;
  return static_cast<std::int64_t>(std::floor(std::min(value, kMaxCount)));
}

}  // namespace

void ReportRemarks::add(Deviation deviation, std::string where, std::string text) {
  if (remarks_.size() < kMaxRemarks) {
    remarks_.push_back({deviation, std::move(where), std::move(text)});
  } else if (is_error(deviation) && !is_error(remarks_.back().deviation)) {
    remarks_.back() = {deviation, std::move(where), std::move(text)};  // an error is never lost
  }
}

std::string ReportMembers::path(std::string_view name) const {
  if (where_.empty() || name.empty()) return where_ + std::string(name);
  return fmt::format("{}.{}", where_, name);
}

const Json* ReportMembers::take(std::string_view name, Need need, std::string_view other) {
  taken_.emplace(name);
  const auto* value = object_.find(name);
  if (value == nullptr && !other.empty()) {
    value = object_.find(other);
    if (value != nullptr) {
      taken_.emplace(other);
      remark(Deviation::other_name, other, fmt::format("the name is {}", name));
    }
  }
  if (value != nullptr && value->is_null()) {
    remark(Deviation::null_value, name, "is null");
    return nullptr;
  }
  if (value == nullptr && need == Need::required) {
    remark(Deviation::member_missing, name, "is missing");
  }
  return value;
}

std::string ReportMembers::text_of(const Json& value, const std::string& where) {
  if (const auto* text = value.string()) return cut_text(*text);
  remarks_.add(Deviation::value_type, where, "is no string");
  if (value.array() != nullptr || value.object() != nullptr) return {};
  return cut_text(value.dump());
}

std::string ReportMembers::take_text(std::string_view name, Need need, std::string_view other) {
  const auto* value = take(name, need, other);
  if (value == nullptr) return {};
  if (const auto* list = value->array(); list != nullptr && list->size() == 1) {
    remark(Deviation::value_type, name, "is an array");
    return text_of(list->front(), path(name));
  }
  return text_of(*value, path(name));
}

std::vector<std::string> ReportMembers::take_list(std::string_view name, std::string_view other) {
  const auto* value = take(name, Need::optional, other);
  if (value == nullptr) return {};
  std::vector<std::string> list;
  const auto* array = value->array();
  if (array == nullptr) {  // RFC 8460 eid6241
    remark(Deviation::value_type, name, "is no array");
    list.push_back(text_of(*value, path(name)));
  } else {
    if (array->size() > kMaxList) remark(Deviation::too_many, name, "over 1024 elements");
    for (const auto& element : *array) {
      if (list.size() == kMaxList) break;
      list.push_back(text_of(element, path(name)));
    }
  }
  std::erase(list, "");
  return list;
}

std::int64_t ReportMembers::take_count(std::string_view name, std::int64_t missing,
                                       Deviation when_missing) {
  const auto* value = take(name, Need::optional);
  if (value == nullptr) {
    remark(when_missing, name, "is missing");
    return missing;
  }
  if (const auto* number = value->integer()) {
    if (*number < 0 || static_cast<double>(*number) > kMaxCount) {
      remark(Deviation::count_form, name, "is out of range");
    }
    return clamp_count(static_cast<double>(*number));
  }
  remark(Deviation::count_form, name, "is no integer");
  if (const auto* number = value->real()) return clamp_count(*number);
  if (const auto* text = value->string()) {
    double number = 0;
    const auto trimmed = trim_blanks(*text);
    const auto end = trimmed.data() + trimmed.size();
    const auto [at, error] = std::from_chars(trimmed.data(), end, number);
    if (error == std::errc() && at == end) return clamp_count(number);
  }
  return missing;
}

void ReportMembers::remark_on_others() {
  const auto* members = object_.object();
  if (members == nullptr) return;
  for (const auto& [name, value] : *members) {
    if (taken_.contains(name)) continue;
    remarks_.add(Deviation::unknown_member, where_,
                 fmt::format("unknown member {}", escape_remote(name, 60)));
  }
}

}  // namespace strictmx
