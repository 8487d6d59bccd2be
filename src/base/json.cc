#include "base/json.h"

#include <boost/json/src.hpp>

#include "base/text.h"

namespace strictmx {

namespace {

// Octets that are not UTF-8 become U+FFFD, so that what we print is always valid JSON.
std::string to_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    out += length == 0 ? "\xef\xbf\xbd" : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace

class JsonPrinter {
 public:
  static boost::json::value convert(const Json& json) {
    return std::visit(JsonPrinter{}, json.value_);
  }

  boost::json::value operator()(std::nullptr_t) const { return nullptr; }
  boost::json::value operator()(bool value) const { return value; }
  boost::json::value operator()(std::int64_t value) const { return value; }
  boost::json::value operator()(double value) const { return value; }
  boost::json::value operator()(const std::string& value) const {
    return boost::json::string(to_utf8(value));
  }
  boost::json::value operator()(const Json::Array& values) const {
    boost::json::array array;
    for (const auto& value : values) array.push_back(convert(value));
    return array;
  }
  boost::json::value operator()(const Json::Object& members) const {
    boost::json::object object;
    for (const auto& [key, value] : members) object.emplace(to_utf8(key), convert(value));
    return object;
  }
};

std::string Json::dump() const { return boost::json::serialize(JsonPrinter::convert(*this)); }

}  // namespace strictmx
