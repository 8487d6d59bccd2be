// service/policyd/clients.h: the connected MTAs. Each is answered in order; a malformed request
// ends its connection and no other's. An answer from memory is one recv and one send, for all
// requests that came together; a question that needs a look-up leaves its client waiting, and what
// else it sends stays in the socket.
// Limits: `max_clients` connections; one more closes the one that was silent for longest, or is
// closed itself when all wait for an answer. Replies that a client does not take: 64 KiB and one
// reply, then its requests are not read. A client without traffic, and without an answer to wait
// for, is closed after `idle`. Silence is measured to a hundredth of `idle`, in whole seconds. At
// the end nobody is cut off: drain().
// Lives on the answer thread, in its EventLoop.
#pragma once
#include <array>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "net/event_loop.h"
#include "service/metrics.h"
#include "service/policyd/request_reader.h"
#include "service/policyd/resolver.h"

namespace strictmx {

class Clients {
 public:
  struct Limits {
    std::size_t max_clients;
    Seconds idle;
    Millis farewell{500};  // of drain()
  };
  // All must outlive this object.
  Clients(EventLoop& loop, Resolver& resolver, Metrics& metrics, Log& log, Limits limits);
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;
  ~Clients();

  // Serves a client until it leaves, misbehaves or is closed. Owns the descriptor, which must not
  // block.
  void add(int descriptor, std::unique_ptr<RequestReader> reader);

  // Ends the connections, step by step: to be called again until count() is 0. What has come is
  // answered; then nothing more is sent, and the client is closed when it closes its own side, at
  // the latest `farewell` after: a close with a question unread would take back replies as well.
  // Who has not asked yet may do so for `farewell` from the first step on.
  void drain();

  void close_all();

  void set_max_clients(std::size_t max_clients) { limits_.max_clients = max_clients; }

  std::size_t count() const { return quiet_.size() + asking_.size(); }

 private:
  class Client;
  using List = std::list<Client>;

  void on_ready(Client& client, std::uint32_t events);
  void on_reply(Client& client, std::string_view reply);
  template <class Action>
  void guarded(Client& client, Action action);
  // These return false when the connection must be closed.
  bool serve(Client& client, std::uint32_t events);
  bool go_on(Client& client);
  bool answer(Client& client, std::string_view input);
  bool refuse(const Error& error);
  bool flush(Client& client);
  bool send_unsent(Client& client);
  bool watch(Client& client, std::uint32_t events);
  bool dismiss(Client& client);

  void ask(Client& client, const Query& query);
  void touch(Client& client);
  void close(Client& client);
  void close_idle();
  void end_late_questions();

  static constexpr std::size_t kReadBytes = 16384;

  EventLoop& loop_;
  Resolver& resolver_;
  Metrics& metrics_;
  Log& log_;
  Limits limits_;
  std::optional<MonoTime> draining_since_;
  List quiet_;   // longest without traffic first
  List asking_;  // those that wait for an answer
  EventLoop::Timer idle_timer_;
  EventLoop::Timer deadline_timer_;
  std::array<char, kReadBytes> input_;
  std::string replies_;  // to the client that is being answered
};

}  // namespace strictmx
