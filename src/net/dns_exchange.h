// net/dns_exchange.h: one question to one DNS server and the reply to it, by UDP and, where that is
// cut short, by TCP. A new socket with a port of the system's choice for each; the kernel drops
// what comes from another address, and what is no reply to the question is ignored. Private to net.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "net/asio.h"
#include "net/forwarder.h"
#include "wire/dns_message.h"

namespace strictmx {

struct DnsExchangeReply {
  DnsReplyHead head;
  std::string octets;
};

class DnsExchange {
 public:
  DnsExchange(asio::io_context& io, Forwarder server, DnsQuestion question);
  ~DnsExchange();
  DnsExchange(const DnsExchange&) = delete;
  DnsExchange& operator=(const DnsExchange&) = delete;

  // Nullopt: no reply until `deadline`, or the server cannot be reached. The object must outlive
  // the coroutine.
  Task<std::optional<DnsExchangeReply>> run(MonoTime deadline);

  // Ends run() soon.
  void cancel();

 private:
  struct Sockets;
  Task<std::optional<DnsExchangeReply>> over_udp(const std::string& query);
  Task<std::optional<DnsExchangeReply>> over_tcp(const std::string& query);

  Forwarder server_;
  DnsQuestion question_;
  std::shared_ptr<Sockets> sockets_;  // also held by the timer's handler
};

}  // namespace strictmx
