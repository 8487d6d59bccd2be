// Sends TLS results as an MTA with libtlsrpt does: a socket of its own for each datagram. 60 of 100
// sessions have no policy, 30 MTA-STS, 10 DANE; 5 fail.
// Usage: bench_datagrams SOCKET COUNT DOMAINS RATE BURST [LOG]
//   RATE 0: as fast as the collector takes them, waiting for room. "kept": the same by a few
//   sockets that stay, many datagrams a call, as the way of libtlsrpt costs the sender more than
//   the collector. Else so many a second, BURST at a time, and what finds no room is refused, as
//   with a real MTA. DOMAINS 0: a domain of its own for each. LOG: a line "NUMBER MILLISECONDS" for
//   each sent one.
// Prints one line of JSON: sent, refused, seconds.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "bench/fail.h"

namespace {

using strictmx::bench::fail;
using Clock = std::chrono::steady_clock;

std::string make_policy(long number, const std::string& domain) {
  const long kind = number % 10;
  if (kind < 6) return "\"policy-type\":9,\"policy-domain\": \"" + domain + "\"";
  if (kind < 9) {
    return "\"policy-type\":2,\"policy-domain\": \"" + domain +
           "\",\"policy-string\":[\"version: STSv1\",\"mode: enforce\",\"mx: *." + domain +
           "\",\"max_age: 604800\"],\"mx-host\":[\"*." + domain + "\"]";
  }
  return "\"policy-type\":1,\"policy-domain\": \"mx." + domain +
         "\",\"policy-string\":[\"3 1 1 "
         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"]";
}

// `domain_number` decides the policy, `failed` the outcome.
std::string make_datagram(long domain_number, bool failed) {
  const std::string domain = "d" + std::to_string(domain_number) + ".customer.example";
  std::string text = "{\"dpv\": \"1\",\"d\": \"" + domain +
                     "\",\"pr\": \"v=TLSRPTv1; rua=mailto:tls@" + domain + "\",\"policies\":[{" +
                     make_policy(domain_number, domain);
  if (!failed) return text + ",\"t\":0,\"f\":0}]}";
  return text + ",\"failure-details\":[{\"c\":204,\"s\": \"192.0.2.1\",\"n\": \"mx." + domain +
         "\",\"h\": \"250-mx." + domain +
         "\\r\\n250-PIPELINING\\r\\n250 STARTTLS\",\"r\": \"198.51.100.7\"}],\"t\":1,\"f\":1}]}";
}

struct Target {
  sockaddr_un address{};
  int flags;
};

// False: no room, or nobody listens.
bool send_one(const Target& target, const std::string& octets) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) strictmx::bench::fail_errno("socket");
  const auto sent =
      ::sendto(fd, octets.data(), octets.size(), target.flags,
               reinterpret_cast<const sockaddr*>(&target.address), sizeof target.address);
  ::close(fd);
  return sent == static_cast<ssize_t>(octets.size());
}

// Sockets that stay, in turn: what waits in one is limited by its send buffer.
class KeptSockets {
 public:
  explicit KeptSockets(const Target& target) {
    for (int& fd : sockets_) {
      fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      const auto* to = reinterpret_cast<const sockaddr*>(&target.address);
      if (fd < 0 || ::connect(fd, to, sizeof target.address) != 0) {
        strictmx::bench::fail_errno("connect");
      }
    }
  }
  KeptSockets(const KeptSockets&) = delete;
  KeptSockets& operator=(const KeptSockets&) = delete;
  ~KeptSockets() {
    for (const int fd : sockets_) ::close(fd);
  }

  // Waits for room. `octets` must live until flush().
  void send(const std::string& octets) {
    pieces_[held_] = iovec{const_cast<char*>(octets.data()), octets.size()};
    messages_[held_] = mmsghdr{};
    messages_[held_].msg_hdr.msg_iov = &pieces_[held_];
    messages_[held_].msg_hdr.msg_iovlen = 1;
    if (++held_ == messages_.size()) flush();
  }

  void flush() {
    for (unsigned at = 0; at < held_;) {
      const int sent = ::sendmmsg(sockets_[turn_], messages_.data() + at, held_ - at, 0);
      if (sent <= 0) strictmx::bench::fail_errno("sendmmsg");
      at += static_cast<unsigned>(sent);
    }
    held_ = 0;
    turn_ = (turn_ + 1) % sockets_.size();
  }

 private:
  std::array<int, 8> sockets_{};
  std::size_t turn_ = 0;
  std::array<mmsghdr, 64> messages_{};
  std::array<iovec, 64> pieces_{};
  unsigned held_ = 0;
};

void send_kept(const Target& target, const std::vector<std::string>& known, long count) {
  const long domains = static_cast<long>(known.size() / 2);
  KeptSockets sockets(target);
  for (long i = 0; i < count; ++i) {
    sockets.send(
        known[static_cast<std::size_t>((i * 7919 % domains) * 2 + (i % 20 == 19 ? 1 : 0))]);
  }
  sockets.flush();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) fail("usage: bench_datagrams SOCKET COUNT DOMAINS RATE BURST [LOG]");
  const std::string path = argv[1];
  const long count = std::atol(argv[2]);
  const long domains = std::atol(argv[3]);
  const long rate = std::atol(argv[4]);
  const long burst = std::max(1L, std::atol(argv[5]));
  std::FILE* log = argc > 6 ? std::fopen(argv[6], "w") : nullptr;
  Target target{};
  target.address.sun_family = AF_UNIX;
  path.copy(target.address.sun_path, sizeof target.address.sun_path - 1);
  target.flags = rate > 0 ? MSG_DONTWAIT : 0;

  std::vector<std::string> known;  // good and failed of each domain
  for (long i = 0; i < domains; ++i) {
    known.push_back(make_datagram(i, false));
    known.push_back(make_datagram(i, true));
  }
  const bool kept = std::strcmp(argv[4], "kept") == 0;
  if (kept && domains == 0) fail("kept sockets need DOMAINS");
  long sent = kept ? count : 0;
  const auto start = Clock::now();
  if (kept) send_kept(target, known, count);
  for (long i = kept ? count : 0; i < count; ++i) {
    if (rate > 0 && i % burst == 0) {
      std::this_thread::sleep_until(start + std::chrono::microseconds(i * 1000000 / rate));
    }
    const bool failed = i % 20 == 19;
    const bool good =
        domains > 0
            ? send_one(target,
                       known[static_cast<std::size_t>((i * 7919 % domains) * 2 + (failed ? 1 : 0))])
            : send_one(target, make_datagram(i, failed));
    if (!good) continue;
    ++sent;
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    if (log != nullptr) std::fprintf(log, "%ld %lld\n", i, static_cast<long long>(now.count()));
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (log != nullptr) std::fclose(log);
  std::printf("{\"sent\":%ld,\"refused\":%ld,\"seconds\":%.3f}\n", sent, count - sent, seconds);
}
