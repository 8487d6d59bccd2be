// service/policyd/clients.h: the connected MTAs. Each speaks socketmap and is answered in order;
// a malformed request ends its connection and no other's.
// Limits: `max_clients` connections; one more closes the one that was silent for longest, so that
// accepting never stalls. A reply of over 64 KiB is written before the next request is read.
// Lives on the answer thread.
#pragma once
#include <list>
#include <string>

#include "base/log.h"
#include "net/byte_stream.h"
#include "service/metrics.h"
#include "service/policyd/resolver.h"
#include "wire/netstring.h"

namespace strictmx {

class Clients {
 public:
  // All must outlive the io_context's handlers.
  Clients(Resolver& resolver, Metrics& metrics, Log& log, std::size_t max_clients)
      : resolver_(resolver), metrics_(metrics), log_(log), max_clients_(max_clients) {}

  // Serves one client until it leaves, misbehaves or is closed.
  Task<void> serve(ByteStream stream);

  // From now on clients are closed as soon as they have no reply outstanding.
  void drain();

  void set_max_clients(std::size_t max_clients) { max_clients_ = max_clients; }

  std::size_t count() const { return clients_.size(); }

 private:
  enum class State : std::uint8_t { reading, answering, leaving };
  struct Client {
    ByteStream stream;
    State state = State::reading;
  };

  void evict_longest_silent();
  // Answers all complete requests in `input`. False: the connection must be closed.
  Task<bool> answer(Client& client, NetstringReader& reader, std::string_view input,
                    std::string& out);
  bool refuse(const Error& error);

  Resolver& resolver_;
  Metrics& metrics_;
  Log& log_;
  std::size_t max_clients_;
  bool draining_ = false;
  std::list<Client> clients_;  // longest silent first
};

}  // namespace strictmx
