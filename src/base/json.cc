#include "base/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "base/utf8.h"

namespace strictmx {

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
        return finite(value.get_double());
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
  // Boost makes infinity of 1e400, and no number at all of 0e400.
  static double finite(double number) {
    constexpr double kLargest = std::numeric_limits<double>::max();
    return std::isnan(number) ? 0 : std::clamp(number, -kLargest, kLargest);
  }

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

namespace {

boost::json::parse_options reading_options() {
  constexpr std::size_t kMaxDepth = 16;
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  return options;
}

// Sees each name as it is read, before equal ones are merged.
struct NameCheck {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using Code = boost::system::error_code;
  using View = boost::json::string_view;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    objects.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    objects.pop_back();
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(View part, std::size_t, Code&) {
    name.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Code&) {
    name.append(part.data(), part.size());
    if (!objects.back().insert(name).second && repeated.empty()) repeated = name;
    name.clear();
    return true;
  }
  bool on_string_part(View, std::size_t, Code&) { return true; }
  bool on_string(View, std::size_t, Code&) { return true; }
  bool on_number_part(View, Code&) { return true; }
  bool on_int64(std::int64_t, View, Code&) { return true; }
  bool on_uint64(std::uint64_t, View, Code&) { return true; }
  bool on_double(double, View, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

  std::vector<std::set<std::string>> objects;
  std::string name;
  std::string repeated;
};

}  // namespace

Result<Json> Json::parse_front(std::string_view& text) {
  boost::json::stream_parser parser({}, reading_options());
  boost::system::error_code error;
  const auto read = parser.write_some(text.data(), text.size(), error);
  if (!error && !parser.done()) parser.finish(error);
  if (error) return fail(Errc::syntax, "offset " + std::to_string(read) + ": " + error.message());
  text.remove_prefix(read);
  return JsonReader::convert(parser.release());
}

std::string Json::repeated_name(std::string_view text) {
  boost::json::basic_parser<NameCheck> parser(reading_options());
  boost::system::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  return parser.handler().repeated;
}

Result<Json> Json::parse(std::string_view text) {
  boost::json::parser parser({}, reading_options());
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
