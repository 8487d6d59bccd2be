// base/json.h: a JSON value to build and print (RFC 8259). Object members keep their order.
// Numbers are 64-bit integers or doubles; strings must be UTF-8 (other octets become U+FFFD).
// The JSON library behind it is seen only by json.cc.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

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

  // One line without blanks between tokens.
  std::string dump() const;

 private:
  friend class JsonPrinter;
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace strictmx
