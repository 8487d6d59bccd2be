// service/policyd/lookup_side.h: everything that lives on the look-up thread, and the order in
// which it is made and ended: store, DNS, HTTPS, engine, and the front ends that need no speed.
#pragma once
#include <thread>

#include "service/policyd/control.h"
#include "service/policyd/engine.h"
#include "service/policyd/front_ends.h"
#include "service/policyd/options.h"
#include "service/policyd/writer_sink.h"
#include "store/day_writer.h"

namespace strictmx {

class LookupSide {
 public:
  // All must outlive the object.
  LookupSide(const PolicydOptions& options, const Clock& clock, Metrics& metrics, Log& log)
      : options_(options), clock_(clock), metrics_(metrics), log_(log) {}

  // Opens the store, whose policies are loaded after start(), prepares DNS and HTTPS.
  // Errors: those of PolicyStore, DnsClient, PolicyFetch and FrontEnds.
  Result<void> open();

  // Starts the thread.
  void start();

  // Gives up what is under way, saves what waits, ends the thread. After start() only.
  void stop();

  // Lets an operator control the engine over options.control; `forget_answers` as in
  // Control::Parts. After open(), before start(). Errors: those of HttpServer::listen().
  Result<void> open_control(std::function<void(const Domain&)> forget_answers);

  // Takes over what can change while running: rules, overrides, the number of look-ups. On the
  // look-up thread.
  void apply(const PolicydOptions& options);

  // Reads the preload list of `options` again, in the calling thread, which is another one; the
  // engine gets the policies in groups between its other work. An error is logged (event
  // preload_failed), and what was read before stays.
  void read_preload_again(const PolicydOptions& options, WallTime now);

  // As Service::trouble().
  std::string trouble() const;

  asio::io_context& io() { return io_; }
  Engine& engine() { return *engine_; }
  FrontEnds& front_ends() { return *front_ends_; }

 private:
  Result<void> open_clients();
  PolicyWriter::Options writer_options();
  Result<void> load_preloaded();
  Result<void> load_pinned();
  void record_failures();
  static Task<void> keep_policies(LookupSide& side);
  static Task<void> finish(LookupSide& side);

  const PolicydOptions& options_;
  const Clock& clock_;
  Metrics& metrics_;
  Log& log_;
  asio::io_context io_{1};
  std::unique_ptr<DnsClient> dns_;
  std::unique_ptr<PolicyFetch> fetch_;
  std::unique_ptr<DayWriter> day_writer_;  // of failures for TLS reports
  std::unique_ptr<WriterSink> sink_;
  std::unique_ptr<PolicyWriter> writer_;  // after sink_: its thread ends first
  std::unique_ptr<LookupParts> parts_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<PinKeeper> pins_;
  std::unique_ptr<Control> control_;
  std::unique_ptr<FrontEnds> front_ends_;
  std::thread thread_;
};

}  // namespace strictmx
