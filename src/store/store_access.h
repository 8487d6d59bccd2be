// store/store_access.h: how a store is opened.
#pragma once
#include <cstdint>

namespace strictmx {

// read_only neither makes nor changes anything on disk.
enum class StoreAccess : std::uint8_t { read_write, read_only };

}  // namespace strictmx
