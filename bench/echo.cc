// bench/echo.cc: the ceiling: what socketmap costs when nothing is looked up. One thread, level
// triggered epoll, recv and send only; every request gets the same reply. A daemon can come near
// this rate on this machine but not beyond it.
// Limits: requests of 10000 octets, 4096 connections. Ends on SIGTERM or with its parent.
#include <fmt/core.h>
#include <getopt.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "bench/fail.h"
#include "bench/netstring.h"
#include "bench/socket.h"

namespace strictmx::bench {
namespace {

constexpr std::size_t kInputBytes = 16384;
constexpr std::size_t kMaxConnections = 4096;
constexpr std::uint64_t kListenerBit = std::uint64_t{1} << 32;

struct Peer {
  Fd fd;
  std::array<char, kInputBytes> input;
  std::size_t used = 0;  // octets of `input` that are not yet a whole request
  std::string unsent;    // replies the socket had no room for
};

class Echo {
 public:
  explicit Echo(std::string reply)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)), reply_(std::move(reply)) {
    if (epoll_.get() < 0) fail_errno("epoll_create1");
  }

  // Returns the port, 0 for a unix socket.
  std::uint16_t listen(const SocketAddress& address);
  [[noreturn]] void run();

 private:
  void accept_all(const Fd& listener);
  void on_peer(Peer& peer, std::uint32_t events);
  bool read_requests(Peer& peer);
  bool write_replies(Peer& peer);
  void close_peer(Peer& peer);

  Fd epoll_;
  std::string reply_;
  std::string batch_;  // replies to what one recv brought
  std::vector<Fd> listeners_;
  std::vector<std::unique_ptr<Peer>> peers_;  // by descriptor
};

std::uint16_t Echo::listen(const SocketAddress& address) {
  listeners_.push_back(listen_on(address));
  const Fd& fd = listeners_.back();
  watch(epoll_, EPOLL_CTL_ADD, fd.get(), EPOLLIN, kListenerBit | (listeners_.size() - 1));
  return port_of(fd);
}

void Echo::run() {
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) fail_errno("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const std::uint64_t data = event.data.u64;
      if ((data & kListenerBit) != 0) {
        accept_all(listeners_[data & ~kListenerBit]);
      } else {
        on_peer(*peers_[data], event.events);
      }
    }
  }
}

void Echo::accept_all(const Fd& listener) {
  for (;;) {
    auto peer = std::make_unique<Peer>();
    peer->fd = accept_from(listener);
    if (peer->fd.get() < 0) return;
    const auto index = static_cast<std::size_t>(peer->fd.get());
    if (index >= kMaxConnections) continue;
    if (index >= peers_.size()) peers_.resize(index + 1);
    watch(epoll_, EPOLL_CTL_ADD, peer->fd.get(), EPOLLIN, index);
    peers_[index] = std::move(peer);
  }
}

void Echo::on_peer(Peer& peer, std::uint32_t events) {
  const bool alive = (events & EPOLLOUT) != 0 ? write_replies(peer) : read_requests(peer);
  if (!alive) close_peer(peer);
}

bool Echo::read_requests(Peer& peer) {
  char* const free = peer.input.data() + peer.used;
  const ssize_t got = recv(peer.fd.get(), free, peer.input.size() - peer.used, 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  std::string_view rest(peer.input.data(), peer.used + static_cast<std::size_t>(got));
  batch_.clear();
  Frame frame = take_netstring(rest);
  while (frame.state == FrameState::complete) {
    batch_ += reply_;
    frame = take_netstring(rest);
  }
  if (frame.state == FrameState::broken || rest.size() == peer.input.size()) return false;
  std::memmove(peer.input.data(), rest.data(), rest.size());
  peer.used = rest.size();
  if (batch_.empty()) return true;
  const ssize_t sent = send(peer.fd.get(), batch_.data(), batch_.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(batch_.size())) return true;
  if (sent < 0 && errno != EAGAIN) return false;
  peer.unsent = batch_.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
  watch(epoll_, EPOLL_CTL_MOD, peer.fd.get(), EPOLLOUT, static_cast<std::uint64_t>(peer.fd.get()));
  return true;
}

bool Echo::write_replies(Peer& peer) {
  const ssize_t sent = send(peer.fd.get(), peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  peer.unsent.erase(0, static_cast<std::size_t>(sent));
  if (!peer.unsent.empty()) return true;
  watch(epoll_, EPOLL_CTL_MOD, peer.fd.get(), EPOLLIN, static_cast<std::uint64_t>(peer.fd.get()));
  return true;
}

void Echo::close_peer(Peer& peer) { peers_[static_cast<std::size_t>(peer.fd.get())].reset(); }

constexpr std::string_view kUsage =
    "usage: bench_echo --listen inet:HOST:PORT|unix:PATH [--listen ...] --reply PAYLOAD\n"
    "Answers every netstring with PAYLOAD. Prints \"ready PORT...\" when it listens.\n";

void serve(const std::vector<std::string>& addresses, std::string_view reply) {
  Echo echo(make_netstring(reply));
  fmt::print("ready");
  for (const std::string& address : addresses) {
    fmt::print(" {}", echo.listen(parse_address(address)));
  }
  fmt::print("\n");
  std::fflush(stdout);
  echo.run();
}

}  // namespace
}  // namespace strictmx::bench

int main(int argc, char** argv) {
  using namespace strictmx::bench;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const std::array<option, 4> options{{{"listen", required_argument, nullptr, 'l'},
                                       {"reply", required_argument, nullptr, 'r'},
                                       {"help", no_argument, nullptr, 'h'},
                                       {nullptr, 0, nullptr, 0}}};
  std::vector<std::string> addresses;
  std::string reply;
  for (int o = 0; (o = getopt_long(argc, argv, "", options.data(), nullptr)) != -1;) {
    if (o == 'l') {
      addresses.emplace_back(optarg);
    } else if (o == 'r') {
      reply = optarg;
    } else {
      fmt::print(o == 'h' ? stdout : stderr, "{}", kUsage);
      return o == 'h' ? 0 : 2;
    }
  }
  if (addresses.empty()) fail("no --listen");
  serve(addresses, reply);
}
