// wire/gzip.h: compressed reports (RFC 1952, RFC 8460 §5.2), by zlib. Pure; bounded both ways.
// Not here: which octets are compressed (wire/report_input looks).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strictmx {

// One member, without name and time: equal input gives equal octets. Errors: Errc::too_large (over
// 2 GiB).
Result<std::string> gzip(std::string_view data);

// All members (RFC 1952 §2.2); octets after the last one are ignored. Never holds more than `limit`
// octets. Errors: Errc::syntax (no gzip, cut off, wrong checksum), Errc::too_large.
Result<std::string> gunzip(std::string_view data, std::size_t limit);

// The first file of a ZIP archive, stored or deflated. Errors: as gunzip(), Errc::unsupported.
Result<std::string> unzip_first(std::string_view data, std::size_t limit);

bool looks_like_gzip(std::string_view data);
bool looks_like_zip(std::string_view data);

}  // namespace strictmx
