// service/policyd/line_server.h: the front end for programs that connect for each question and read
// to the end: Exim's ${readsocket}, `strictmx table-opensmtpd`, scripts (docs/line.md). One line
// in, one line out, then the connection is closed. A client may close its writing side at once; a
// line without an end counts when it does. What is not understood is answered by closing. Limits:
// kMaxLineClients connections, one more closes the one that has been silent for longest; kLineIdle
// for a question to come; 16 KiB of question (wire/line_query). Lives on the look-up thread.
#pragma once
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "net/stream_listener.h"
#include "service/metrics.h"
#include "service/policyd/event_sink.h"
#include "service/policyd/verdicts.h"

namespace strictmx {

constexpr std::size_t kMaxLineClients = 2000;
constexpr Seconds kLineIdle{15};
constexpr Millis kLineFarewell{500};
// OpenSMTPD stands still while it waits: such a question is answered within this time.
constexpr Millis kShortPatience{800};

class LineServer {
 public:
  struct Parts {
    asio::io_context& io;
    Verdicts& verdicts;
    EventSink& events;
    Metrics& metrics;
    Log& log;
  };
  // What `parts` names must outlive the object and the handlers of its io_context.
  LineServer(Parts parts, Millis deadline);

  // Listens at one more endpoint ("inet:…", "unix:PATH"). Errors: Errc::usage, Errc::io.
  Result<void> listen(const std::string& endpoint);

  void set_deadline(Millis deadline) { deadline_ = deadline; }

  // Takes who has connected and no more. They get kLineFarewell to ask and to read; until
  // clients() is 0 the io_context must run.
  void stop();

  std::size_t clients() const { return clients_.size(); }

  // The endpoints with the ports that the system chose.
  std::vector<Endpoint> local() const;

 private:
  struct Client {
    ByteStream stream;
    bool reading = true;
  };

  static Task<void> accept_all(LineServer& self, StreamListener& listener);
  void take(ByteStream stream);
  static Task<void> serve(LineServer& self, std::list<Client>::iterator client);
  Task<void> converse(Client& client);
  Task<std::string> answer(LineQuestion question);
  Task<std::string> refuse_or_answer(std::string line);
  void take_event(LineEvent event);
  std::string name_relay(const Domain& domain, const DomainVerdict& verdict);
  void evict_longest_silent();

  Parts parts_;
  Millis deadline_;
  asio::steady_timer farewell_;
  std::vector<std::unique_ptr<StreamListener>> listeners_;
  std::list<Client> clients_;           // longest connected first
  GenerationMap<std::uint32_t> turns_;  // questions for a relay, by domain
  GenerationMap<std::string> relays_;   // the domain that a relay was last named for, by its URL
};

}  // namespace strictmx
