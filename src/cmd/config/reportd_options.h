// cmd/config/reportd_options.h: Config to what the reporting service takes, and the texts in it to
// values. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"
#include "cmd/config/config.h"
#include "cmd/config/policyd_options.h"
#include "service/reportd/options.h"

namespace strictmx {

// "HOST:PORT", "[IPv6]:PORT". Errors: Errc::usage.
Result<MailRelay> parse_relay(std::string_view text);

// "SELECTOR FILE". Errors: Errc::usage.
Result<DkimKeyFile> parse_dkim_entry(std::string_view text);

// Absent: report.from is empty, there is nobody to report. Errors: Errc::usage.
Result<std::optional<ReportdOptions>> make_reportd_options(const Config& config,
                                                           const Surroundings& around);

}  // namespace strictmx
