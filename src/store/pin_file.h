// store/pin_file.h: the pinned policies, in DIR/pins.jsonl: lines of core/pin, written as a whole
// and put in place by rename, mode 0600. Format: docs/formats/policy-export.md.
// A line that cannot be read is reported and costs only itself; it stays in the file.
// Limits: 10,000 pins, a file of 64 MiB.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "core/pin.h"

namespace strictmx {

constexpr std::size_t kMaxPins = 10000;
constexpr std::size_t kMaxPinFile = std::size_t{64} << 20;

struct StoredPins {
  std::vector<Pin> pins;                // one of each domain, by domain
  std::vector<std::string> unreadable;  // lines
};

// Without a file there are none. Reports unreadable lines (event pin_unreadable).
// Errors: Errc::io, Errc::too_large.
Result<StoredPins> load_pins(const std::filesystem::path& dir, Log& log);

// Durable when it returns; after an error the file is as it was. The directory exists.
// Errors: Errc::io, Errc::too_large.
Result<void> save_pins(const std::filesystem::path& dir, const StoredPins& pins);

}  // namespace strictmx
