// service/policyd/policyd.h: the policy daemon. Three threads: answers (clients and replies),
// look-ups (DNS, HTTPS), store. docs/architecture.md shows a look-up's way.
#pragma once
#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "service/metrics.h"
#include "service/policyd/options.h"
#include "service/service.h"

namespace strictmx {

class Policyd : public Service {
 public:
  // `metrics` and `log` must outlive the object.
  Policyd(PolicydOptions options, Metrics& metrics, Log& log);
  ~Policyd() override;

  std::string_view name() const override { return "policyd"; }

  // Errors: Errc::usage, Errc::io, Errc::corrupt, Errc::unsupported.
  Result<void> open() override;
  void start() override;

  // Takes no new client and answers what is outstanding for at most options.drain.
  void stop() override;

  // Through both threads that answers need.
  void answer_beat(std::function<void()> answered) override;

  std::string trouble() const override;  // of the store

  // Takes a new configuration over without a query lost, as far as that is possible while running:
  // rules, overrides, deadline, limits of clients and look-ups. True: something in it needs a
  // restart. From the thread that calls start().
  bool reload(PolicydOptions fresh);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
