// base/json.h: a JSON value to build and print (RFC 8259). Object members keep their order.
// Numbers are 64-bit integers or doubles; strings must be UTF-8 (other octets become U+FFFD).
// The JSON library is seen only by json.cc. A number beyond all doubles is read as the largest.
// Reading (RFC 8259): strict, nesting of at most 16; of equal member names the last counts.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace strictmx {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() : value_(nullptr) {}
  Json(std::nullptr_t) : value_(nullptr) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  static Json strings(const std::vector<std::string>& values) {
    Array array;
    for (const auto& value : values) array.emplace_back(value);
    return Json(std::move(array));
  }

  // One value and nothing behind it. Errors: Errc::syntax ("offset 17: ...").
  static Result<Json> parse(std::string_view text);

  // The value at the front of `text`; sets `text` to what stands behind it.
  // Errors: Errc::syntax ("offset 17: ...").
  static Result<Json> parse_front(std::string_view& text);

  // The first member name that stands twice in one object of `text` (RFC 7493 §2.3); empty when
  // there is none. `text` must be one that can be parsed.
  static std::string repeated_name(std::string_view text);

  // The value when it has that type; else null.
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const double* real() const { return std::get_if<double>(&value_); }
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  // A member of an object; null when there is none, or no object.
  const Json* find(std::string_view key) const;

  // One line without blanks between tokens.
  std::string dump() const;

 private:
  friend class JsonPrinter;
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace strictmx
