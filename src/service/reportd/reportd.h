// service/reportd/reportd.h: the service that reports to others how mail to them went (RFC 8460):
// at 00:05 UTC it makes the reports of the day before, then sends each at a random time, and again
// until it is accepted. One thread of its own.
#pragma once
#include <memory>

#include "base/log.h"
#include "service/metrics.h"
#include "service/reportd/options.h"
#include "service/service.h"

namespace strictmx {

class Reportd : public Service {
 public:
  // `metrics` and `log` must outlive the object.
  Reportd(ReportdOptions options, Metrics& metrics, Log& log);
  ~Reportd() override;

  std::string_view name() const override { return "reportd"; }
  // Errors: Errc::usage, Errc::io, Errc::corrupt, Errc::unsupported.
  Result<void> open() override;
  void start() override;
  // Attempts under way are broken off and come again; at most 2 seconds.
  void stop() override;
  std::string trouble() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
