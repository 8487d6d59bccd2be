// cmd/json_text.h: a JSON object as lines for people: "name: value", members of objects indented,
// "-" for null. Remote text is escaped. Pure.
#pragma once
#include <string>

#include "base/json.h"

namespace strictmx {

std::string format_json_text(const Json::Object& object);

}  // namespace strictmx
