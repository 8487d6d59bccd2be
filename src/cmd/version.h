// cmd/version.h: the version that `strictmx --version` prints; that of CMakeLists.txt.
#pragma once
#include <string_view>

namespace strictmx {

constexpr std::string_view kVersion = "0.1.0";

}  // namespace strictmx
