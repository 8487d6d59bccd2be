// store/page_rows.h: policy rows read from the octets of database pages, without SQLite, for files
// that SQLite cannot walk any more. Source: the SQLite file format, sections 1.6 and 2.1 (index
// b-trees, which WITHOUT ROWID tables are). Pure. Private to src/store.
// Every octet may be wrong: nothing is read outside of a page, and only rows whose checksum is
// right are handed out. Limits: pages of 4096 octets, rows of 66,560.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "core/known_policy.h"
#include "store/database_file.h"

namespace strictmx {

// The octets of a page (counted from 1); empty when there is no such page. The view is valid until
// the next call.
using ReadPage = std::function<std::string_view(std::uint32_t number)>;

// Calls `each` for every intact row that begins on the page. Pages of other kinds have none.
// `read_page` is asked for the page itself and for those its long rows continue on.
void read_page_rows(std::uint32_t number, const ReadPage& read_page,
                    const std::function<void(KnownPolicy)>& each);

}  // namespace strictmx
