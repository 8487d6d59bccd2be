// service/collectd/collectd.h: the collector of TLS results: what MTAs with libtlsrpt
// (Postfix 3.10) tell after each TLS session goes into the day store. Three threads: one only
// receives, one counts, one stores at least twice a second; while the disk does its part, nothing
// that was received longer than a second ago is lost with the process. Days are UTC, by the time of
// receipt (RFC 8460 §4.1). Format: docs/formats/tlsrpt-datagram.md.
#pragma once
#include <memory>

#include "base/log.h"
#include "base/time.h"
#include "service/collectd/options.h"
#include "service/metrics.h"
#include "service/service.h"

namespace strictmx {

class Collectd : public Service {
 public:
  // `clock`, `metrics` and `log` must outlive the object.
  Collectd(CollectdOptions options, const Clock& clock, Metrics& metrics, Log& log);
  ~Collectd() override;

  std::string_view name() const override { return "collectd"; }

  // Says in the log when the kernel's queue is short. Errors: those of DatagramSocket and DayStore.
  Result<void> open() override;
  void start() override;
  // Receives what the kernel still holds, stores everything.
  void stop() override;

  std::string trouble() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
