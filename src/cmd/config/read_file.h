// cmd/config/read_file.h: a whole small file, or standard input.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace strictmx {

// At most `limit` octets. Errors: Errc::io, Errc::too_large; both begin with the file's name.
Result<std::string> read_file(const std::filesystem::path& file, std::size_t limit);

// The same for standard input, named "standard input" in errors.
Result<std::string> read_standard_input(std::size_t limit);

}  // namespace strictmx
