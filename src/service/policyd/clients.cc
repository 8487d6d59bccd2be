#include "service/policyd/clients.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <utility>

namespace strictmx {

namespace {

constexpr std::size_t kFlushBytes = 65536;
constexpr int kLastReads = 32;  // before a client is dismissed

// How many octets the system took at once; -1: the connection is lost.
ssize_t send_now(int descriptor, std::string_view data) {
  const ssize_t sent = ::send(descriptor, data.data(), data.size(), MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? 0 : -1;
}

bool has_input(int descriptor) {
  char octet = 0;
  return ::recv(descriptor, &octet, 1, MSG_PEEK) > 0;
}

}  // namespace

class Clients::Client final : public Watcher, public Waiter {
 public:
  Client(Clients& owner, int fd, std::unique_ptr<RequestReader> request_reader)
      : clients(owner), descriptor(fd), reader(std::move(request_reader)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    clients.loop_.forget(descriptor, *this);
    ::close(descriptor);
  }
  void on_ready(std::uint32_t events) override { clients.on_ready(*this, events); }
  void on_reply(std::string_view reply) override { clients.on_reply(*this, reply); }

  Clients& clients;
  const int descriptor;
  const std::unique_ptr<RequestReader> reader;
  List::iterator self;
  bool asking = false;   // a question is being looked up
  bool heard = false;    // has sent something
  bool leaving = false;  // dismissed: gets nothing more
  std::uint32_t watched = EPOLLIN;
  MonoTime active;      // when octets moved last
  std::string pending;  // input that comes after the question or the replies outstanding
  std::string unsent;   // replies the socket had no room for
};

Clients::Clients(EventLoop& loop, Resolver& resolver, Metrics& metrics, Log& log, Limits limits)
    : loop_(loop),
      resolver_(resolver),
      metrics_(metrics),
      log_(log),
      limits_(limits),
      idle_timer_(loop, [this] { close_idle(); }),
      deadline_timer_(loop, [this] { end_late_questions(); }) {}

Clients::~Clients() = default;

void Clients::add(int descriptor, std::unique_ptr<RequestReader> reader) {
  if (count() >= limits_.max_clients) {
    metrics_.count_client_evicted();
    if (quiet_.empty()) {
      ::close(descriptor);
      return;
    }
    quiet_.pop_front();
  }
  quiet_.emplace_back(*this, descriptor, std::move(reader));
  Client& client = quiet_.back();
  client.self = std::prev(quiet_.end());
  client.active = loop_.now();
  if (!loop_.watch(descriptor, client.watched, client)) return close(client);
  if (!idle_timer_.is_set()) idle_timer_.at(loop_.now() + limits_.idle);
  metrics_.set_clients(count());
}

void Clients::drain() {
  if (!draining_since_) draining_since_ = loop_.now();
  for (auto next = quiet_.begin(); next != quiet_.end();) {
    Client& client = *next++;  // it may go to the end, among those who ask, or away
    guarded(client, [&] { return dismiss(client); });
  }
}

// One step of drain() for a client without a question outstanding.
bool Clients::dismiss(Client& client) {
  const MonoTime now = loop_.now();
  if (client.leaving) return now < client.active + limits_.farewell;
  if (!client.heard && now < *draining_since_ + limits_.farewell) return true;
  for (int reads = 0; client.unsent.empty() && !client.asking; ++reads) {
    if (reads == kLastReads || !has_input(client.descriptor)) {
      client.leaving = true;
      client.active = now;
      return ::shutdown(client.descriptor, SHUT_WR) == 0;
    }
    if (!serve(client, EPOLLIN)) return false;
  }
  return true;
}

void Clients::close_all() {
  quiet_.clear();
  asking_.clear();
  metrics_.set_clients(0);
}

void Clients::on_ready(Client& client, std::uint32_t events) {
  guarded(client, [&] { return serve(client, events); });
}

void Clients::on_reply(Client& client, std::string_view reply) {
  guarded(client, [&] {
    client.asking = false;
    client.active = loop_.now();
    quiet_.splice(quiet_.end(), asking_, client.self);
    if (!idle_timer_.is_set()) idle_timer_.at(client.active + limits_.idle);
    replies_ = reply;
    return go_on(client);
  });
}

// Does one thing for a client, and closes it when that returns false.
template <class Action>
void Clients::guarded(Client& client, Action action) {
  try {
    if (action()) return;
  } catch (const std::exception& bug) {
    log_.error("client_bug", {{"what", bug.what()}});
  }
  close(client);
}

bool Clients::serve(Client& client, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    if (!send_unsent(client)) return false;
    if (!client.unsent.empty()) return true;
    return client.asking ? watch(client, 0) : go_on(client);
  }
  if (client.asking || !client.unsent.empty()) {
    const bool lost = (events & (EPOLLERR | EPOLLHUP)) != 0;
    return !lost && watch(client, client.unsent.empty() ? 0 : EPOLLOUT);
  }
  const ssize_t got = ::recv(client.descriptor, input_.data(), input_.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  if (client.leaving) return true;  // too late; it sees the end and asks the next daemon
  client.heard = true;
  touch(client);
  replies_.clear();
  return answer(client, std::string_view(input_.data(), static_cast<std::size_t>(got)));
}

// After a reply that was outstanding: what came meanwhile.
bool Clients::go_on(Client& client) {
  const std::string input = std::exchange(client.pending, {});
  return answer(client, input);
}

// Answers all complete requests in `input`, as far as that needs no waiting, after what is in
// replies_ already.
bool Clients::answer(Client& client, std::string_view input) {
  while (client.unsent.empty()) {
    auto query = client.reader->next(input);
    if (!query) {
      flush(client);
      return refuse(query.error());
    }
    if (!*query) break;
    if (!resolver_.answer_now(**query, loop_.now(), replies_)) {
      ask(client, **query);
      break;
    }
    if (replies_.size() > kFlushBytes && !flush(client)) return false;
  }
  if (!input.empty()) client.pending = input;
  if (!replies_.empty() && !flush(client)) return false;
  if (!client.unsent.empty()) return watch(client, EPOLLOUT);
  if (client.asking) return true;  // hardly anybody sends more before the reply: watched as it is
  return watch(client, EPOLLIN);
}

void Clients::ask(Client& client, const Query& query) {
  client.asking = true;
  asking_.splice(asking_.end(), quiet_, client.self);
  resolver_.answer_later(query, client);
  deadline_timer_.at(*resolver_.next_deadline());
}

bool Clients::refuse(const Error& error) {
  metrics_.count_bad_request();
  log_.error("bad_request", {{"code", std::string(name_of(error.code))}, {"why", error.detail}});
  return false;
}

// Hands replies_ to the socket and keeps what it does not take.
bool Clients::flush(Client& client) {
  std::string_view left = replies_;
  if (client.unsent.empty()) {
    const ssize_t sent = send_now(client.descriptor, left);
    if (sent < 0) return false;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  client.unsent += left;
  replies_.clear();
  return true;
}

bool Clients::send_unsent(Client& client) {
  const ssize_t sent = send_now(client.descriptor, client.unsent);
  if (sent < 0) return false;
  if (sent > 0) touch(client);
  client.unsent.erase(0, static_cast<std::size_t>(sent));
  return true;
}

bool Clients::watch(Client& client, std::uint32_t events) {
  if (client.watched == events) return true;
  client.watched = events;
  return loop_.change(client.descriptor, events, client);
}

// Not for each answer: with hundreds of busy clients each move in the list would cost as
// much as the look into the cache.
void Clients::touch(Client& client) {
  if (loop_.now() - client.active < limits_.idle / 100) return;
  client.active = loop_.now();
  List& list = client.asking ? asking_ : quiet_;
  if (client.self != std::prev(list.end())) list.splice(list.end(), list, client.self);
}

void Clients::close(Client& client) {
  (client.asking ? asking_ : quiet_).erase(client.self);
  metrics_.set_clients(count());
}

void Clients::close_idle() {
  const MonoTime now = loop_.now();
  while (!quiet_.empty() && quiet_.front().active + limits_.idle <= now) {
    metrics_.count_client_evicted();
    close(quiet_.front());
  }
  if (!quiet_.empty()) idle_timer_.at(quiet_.front().active + limits_.idle);
}

void Clients::end_late_questions() {
  resolver_.expire();
  if (const auto next = resolver_.next_deadline()) deadline_timer_.at(*next);
}

}  // namespace strictmx
