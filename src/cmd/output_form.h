// cmd/output_form.h: how a command prints what it found.
#pragma once
#include <cstdint>

namespace strictmx {

enum class OutputForm : std::uint8_t { text, json };  // json: one object on one line

}  // namespace strictmx
