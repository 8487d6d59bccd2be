#include "bench/load_client.h"

#include <fmt/core.h>
#include <sys/epoll.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "bench/cpu_time.h"
#include "bench/fail.h"
#include "bench/netstring.h"

namespace strictmx::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kInputBytes = 131072;
constexpr std::chrono::seconds kSilence{30};
constexpr int kWaitMs = 100;
constexpr int kRatedWaitMs = 1;  // between two looks at what the rate allows

ReplyStatus status_of(std::string_view payload) {
  const std::string_view word = payload.substr(0, payload.find(' '));
  if (word == "OK") return ReplyStatus::ok;
  if (word == "NOTFOUND") return ReplyStatus::not_found;
  if (word == "TEMP") return ReplyStatus::temp;
  return ReplyStatus::other;
}

struct Connection {
  Fd fd;
  std::unique_ptr<char[]> input = std::make_unique_for_overwrite<char[]>(kInputBytes);
  std::size_t used = 0;
  std::string unsent;
  bool waits_for_room = false;              // EPOLLOUT is registered
  std::vector<Clock::time_point> asked_at;  // ring of `depth` entries
  std::size_t oldest = 0;
  std::size_t outstanding = 0;
};

class LoadRun {
 public:
  explicit LoadRun(const LoadPlan& plan);
  LoadResult run();

 private:
  void ask(Connection& connection, std::size_t wanted);
  void send_unsent(Connection& connection);
  void on_event(Connection& connection, std::uint32_t events);
  void on_input(Connection& connection);
  void on_reply(Connection& connection, std::string_view payload);
  void begin_counting();
  void wait_once();
  bool may_ask() const;

  const LoadPlan& plan_;
  LoadResult result_;
  Fd epoll_;
  std::vector<Connection> connections_;
  std::size_t next_request_ = 0;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  Clock::time_point now_ = Clock::now();  // read once per wake-up that had input
  Clock::time_point started_ = now_;
  Clock::time_point counting_since_{};
  Clock::time_point last_answer_ = now_;
  std::chrono::nanoseconds cpu_before_{0};
  bool counting_ = false;
  bool done_ = false;
};

LoadRun::LoadRun(const LoadPlan& plan)
    : plan_(plan), epoll_(epoll_create1(EPOLL_CLOEXEC)), connections_(plan.connections) {
  if (epoll_.get() < 0) fail_errno("epoll_create1");
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    connections_[i].fd = connect_to(plan.server);
    connections_[i].asked_at.resize(plan.depth);
    watch(epoll_, EPOLL_CTL_ADD, connections_[i].fd.get(), EPOLLIN, i);
  }
}

LoadResult LoadRun::run() {
  if (plan_.warmup.count() == 0) begin_counting();
  started_ = now_ = Clock::now();
  for (Connection& connection : connections_) ask(connection, plan_.depth);
  while (!done_ && result_.broken.empty()) {
    wait_once();
    if (plan_.rate > 0) {
      for (Connection& connection : connections_) {
        ask(connection, plan_.depth - connection.outstanding);
      }
    }
    if (!counting_ && now_ - started_ >= plan_.warmup) begin_counting();
    const bool over = plan_.count == 0 && counting_ && now_ - counting_since_ >= plan_.duration;
    if (over || (plan_.count != 0 && answered_ == plan_.count)) done_ = true;
    if (!done_ && now_ - last_answer_ > kSilence) result_.broken = "no answer for 30 s";
  }
  result_.elapsed = Clock::now() - counting_since_;
  if (plan_.server_pid != 0) result_.server_cpu = cpu_time_of(plan_.server_pid) - cpu_before_;
  return std::move(result_);
}

bool LoadRun::may_ask() const {
  if (plan_.count != 0 && asked_ == plan_.count) return false;
  const std::chrono::duration<double> passed = now_ - started_;
  return plan_.rate == 0 || static_cast<double>(asked_) <= plan_.rate * passed.count();
}

void LoadRun::begin_counting() {
  if (plan_.server_pid != 0) cpu_before_ = cpu_time_of(plan_.server_pid);
  counting_since_ = Clock::now();
  counting_ = true;
}

void LoadRun::wait_once() {
  std::array<epoll_event, 256> events;
  const int room = static_cast<int>(events.size());
  const int count =
      epoll_wait(epoll_.get(), events.data(), room, plan_.rate > 0 ? kRatedWaitMs : kWaitMs);
  if (count < 0 && errno != EINTR) fail_errno("epoll_wait");
  now_ = Clock::now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    on_event(connections_[event.data.u64], event.events);
  }
}

void LoadRun::on_event(Connection& connection, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) send_unsent(connection);
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) on_input(connection);
}

void LoadRun::on_input(Connection& connection) {
  char* const input = connection.input.get();
  const std::size_t room = kInputBytes - connection.used;
  const ssize_t got = recv(connection.fd.get(), input + connection.used, room, 0);
  now_ = Clock::now();
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    result_.broken = got == 0 ? "the server closed a connection" : std::strerror(errno);
    return;
  }
  std::string_view rest(input, connection.used + static_cast<std::size_t>(got));
  const std::size_t before = connection.outstanding;
  Frame frame = take_netstring(rest);
  while (frame.state == FrameState::complete && connection.outstanding > 0) {
    on_reply(connection, frame.payload);
    frame = take_netstring(rest);
  }
  if (frame.state != FrameState::partial || rest.size() == kInputBytes) {
    result_.broken = "not a reply to a request: " + std::string(rest.substr(0, 60));
    return;
  }
  std::memmove(input, rest.data(), rest.size());
  connection.used = rest.size();
  ask(connection, before - connection.outstanding);
}

void LoadRun::on_reply(Connection& connection, std::string_view payload) {
  const Clock::time_point asked_at = connection.asked_at[connection.oldest];
  connection.oldest = (connection.oldest + 1) % plan_.depth;
  --connection.outstanding;
  ++answered_;
  last_answer_ = now_;
  const ReplyStatus status = status_of(payload);
  const auto index = static_cast<std::size_t>(status);
  ++result_.replies[index];  // warm-up included: a wrong answer counts whenever it comes
  if (result_.first_reply[index].empty()) result_.first_reply[index] = payload;
  if (counting_) result_.latency.add(now_ - asked_at);
}

void LoadRun::ask(Connection& connection, std::size_t wanted) {
  const bool idle = connection.unsent.empty();
  for (std::size_t i = 0; i < wanted; ++i) {
    if (!may_ask()) break;
    connection.unsent += plan_.requests[next_request_];
    next_request_ = next_request_ + 1 == plan_.requests.size() ? 0 : next_request_ + 1;
    ++asked_;
    const std::size_t slot = connection.oldest + connection.outstanding;
    connection.asked_at[slot % plan_.depth] = now_;
    ++connection.outstanding;
  }
  if (idle && !connection.unsent.empty()) send_unsent(connection);
}

void LoadRun::send_unsent(Connection& connection) {
  std::string& unsent = connection.unsent;
  const ssize_t sent = send(connection.fd.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    result_.broken = std::strerror(errno);
    return;
  }
  if (sent > 0) unsent.erase(0, static_cast<std::size_t>(sent));
  if (connection.waits_for_room == !unsent.empty()) return;
  connection.waits_for_room = !unsent.empty();
  const std::uint32_t events = connection.waits_for_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
  const auto index = static_cast<std::uint64_t>(&connection - connections_.data());
  watch(epoll_, EPOLL_CTL_MOD, connection.fd.get(), events, index);
}

}  // namespace

std::string_view name_of(ReplyStatus status) {
  switch (status) {
    case ReplyStatus::ok:
      return "OK";
    case ReplyStatus::not_found:
      return "NOTFOUND";
    case ReplyStatus::temp:
      return "TEMP";
    case ReplyStatus::other:
      return "other";
  }
  return "other";
}

LoadResult run_load(const LoadPlan& plan) { return LoadRun(plan).run(); }

}  // namespace strictmx::bench
