// wire/report_input.h: a report as it may lie in a file or come over the network: JSON, gzip or ZIP
// of it, also twice, or a mail around it. Tells by the octets, not by the name. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/report/report_reader.h"

namespace strictmx {

struct ReportInput {
  std::string json;
  ReportContext context;
  std::vector<std::string> remarks;  // how the packaging differs from RFC 8460 §5
};

// `limit`: octets of the unpacked JSON. Errors: Errc::syntax, Errc::too_large, Errc::not_found (a
// mail without a report), Errc::unsupported.
Result<ReportInput> open_report(std::string_view octets, std::size_t limit);

}  // namespace strictmx
