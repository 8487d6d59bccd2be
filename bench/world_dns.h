// bench/world_dns.h: the world's DNS as a validating resolver would tell it (RA and AD set, no
// signatures: whoever validates on its own finds nothing signed), over UDP and TCP. Answers TXT, MX
// and A for the names of bench/world_name.h, everything else with NODATA or NXDOMAIN and an SOA. No
// CNAME, no AAAA. Limits: one question per message; messages of 512 octets in; a broken message
// gets no answer.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bench/world_loop.h"

namespace strictmx::bench {

// The response to one message; empty when there is none. Pure.
std::string answer_dns(std::string_view query, std::chrono::seconds ttl);

class WorldDns : public WorldHandler {
 public:
  // Listens on the IPv4 loopback address; port 0 takes one that is free for UDP and TCP.
  WorldDns(WorldLoop& loop, std::uint16_t port, std::chrono::seconds ttl);

  std::uint16_t port() const { return port_of(tcp_); }

  void on_ready(int fd) override;

 private:
  struct Stream {
    Fd fd;
    std::string input;
  };
  void answer_datagrams();
  void accept_streams();
  bool answer_stream(Stream& stream);

  WorldLoop& loop_;
  std::chrono::seconds ttl_;
  Fd tcp_;
  Fd udp_;
  std::unordered_map<int, Stream> streams_;
};

}  // namespace strictmx::bench
