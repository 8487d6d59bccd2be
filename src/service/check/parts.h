// service/check/parts.h: what one check works with. All of it outlives the coroutines of a check.
#pragma once
#include <algorithm>

#include "base/time.h"
#include "net/asio.h"
#include "net/chain_reader.h"
#include "net/dns_client.h"
#include "net/https_probe.h"
#include "net/smtp_probe.h"

namespace strictmx {

struct CheckParts {
  asio::io_context& io;
  const Clock& clock;
  DnsClient& dns;
  SmtpProbe& smtp;
  HttpsProbe& https;
  const ChainReader& chains;
  Millis dns_timeout{10000};  // of one question
};

// The end of one DNS question: its own time, or that of the whole check.
inline MonoTime dns_deadline(const CheckParts& parts, MonoTime deadline) {
  return std::min(deadline, parts.clock.now().mono + parts.dns_timeout);
}

}  // namespace strictmx
