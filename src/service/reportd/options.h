// service/reportd/options.h: what the reporting service is told.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/report/report_build.h"
#include "core/report/report_route.h"
#include "net/dns_client.h"
#include "net/report_sender.h"

namespace strictmx {

struct DkimKeyFile {
  std::string selector;
  std::filesystem::path file;
  bool operator==(const DkimKeyFile&) const = default;
};

enum class LoopGuard : std::uint8_t {
  on,   // no report about nothing but our own report mails (RFC 8460 §3)
  off,  // the MTA never counts them
};

struct ReportdOptions {
  std::filesystem::path state;
  Reporter who;
  std::vector<DkimKeyFile> dkim;  // each signs; none: somebody behind us does
  ReportRoutes routes;
  SenderOptions sender;
  DnsOptions dns;
  Seconds spread{14400};
  std::chrono::days keep{10};  // what was sent, and results of days
  LoopGuard guard = LoopGuard::on;
};

}  // namespace strictmx
