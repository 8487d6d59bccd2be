// service/policyd/control_json.h: the bodies of the control's requests and answers
// (docs/formats/command-json.md). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "net/http_server.h"
#include "service/policyd/engine.h"

namespace strictmx {

HttpResponse control_answer(Json::Object members);
HttpResponse control_refusal(unsigned status, std::string why);

// All that is known of the domain.
Json::Object known_json(const Domain& domain, const Engine::Known& known, Now now);

enum class Force : std::uint8_t { no, yes };
// {"force": true}, {"force": false}, {} or nothing. Errors: Errc::syntax.
Result<Force> parse_force(std::string_view body);

// {"until": "2026-12-31"}, {} or nothing. Errors: Errc::syntax, Errc::out_of_range.
Result<std::optional<WallTime>> parse_until(std::string_view body);

}  // namespace strictmx
