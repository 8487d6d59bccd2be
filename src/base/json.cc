#include "base/json.h"

#include <boost/json/src.hpp>

namespace strictmx {

namespace {

// Octets that are not UTF-8 become U+FFFD, so that what we print is always valid JSON.
std::string to_utf8(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0x80                   ? 1
                         : lead >= 0xc2 && lead < 0xe0 ? 2
                         : lead >= 0xe0 && lead < 0xf0 ? 3
                         : lead >= 0xf0 && lead < 0xf5 ? 4
                                                       : 0;
    bool good = length != 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) {
      good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    }
    const auto second = length > 2 && good ? static_cast<unsigned char>(text[i + 1]) : 0x90;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
      good = false;  // overlong form, surrogate, or beyond U+10FFFF
    }
    if (good) {
      out.append(text.substr(i, length));
      i += length;
    } else {
      out += "\xef\xbf\xbd";
      i += 1;
    }
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
