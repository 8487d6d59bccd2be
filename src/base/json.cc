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

namespace {

std::string text_of(const boost::json::string& text) { return {text.data(), text.size()}; }

}  // namespace

class JsonReader {
 public:
  static Json convert(const boost::json::value& value) {
    switch (value.kind()) {
      case boost::json::kind::null:
        return {};
      case boost::json::kind::bool_:
        return value.get_bool();
      case boost::json::kind::int64:
        return value.get_int64();
      case boost::json::kind::uint64:  // beyond the range of int64
        return static_cast<double>(value.get_uint64());
      case boost::json::kind::double_:
        return value.get_double();
      case boost::json::kind::string:
        return text_of(value.get_string());
      case boost::json::kind::array:
        return convert(value.get_array());
      case boost::json::kind::object:
        return convert(value.get_object());
    }
    return {};
  }

 private:
  static Json convert(const boost::json::array& values) {
    Json::Array array;
    for (const auto& value : values) array.push_back(convert(value));
    return array;
  }

  static Json convert(const boost::json::object& members) {
    Json::Object object;
    for (const auto& member : members) {
      const auto key = member.key();
      object.emplace_back(std::string(key.data(), key.size()), convert(member.value()));
    }
    return object;
  }
};

Result<Json> Json::parse(std::string_view text) {
  constexpr std::size_t kMaxDepth = 16;
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::parser parser({}, options);
  boost::system::error_code error;
  const auto read = parser.write(text.data(), text.size(), error);
  if (error) return fail(Errc::syntax, "offset " + std::to_string(read) + ": " + error.message());
  return JsonReader::convert(parser.release());
}

const Json* Json::find(std::string_view key) const {
  const auto* members = object();
  if (members == nullptr) return nullptr;
  for (const auto& [name, value] : *members) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string Json::dump() const { return boost::json::serialize(JsonPrinter::convert(*this)); }

}  // namespace strictmx
