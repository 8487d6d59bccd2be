// service/check/check.h: checks many domains, some at once, in one io_context of its own: no
// daemon, no store, nothing is changed anywhere.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "core/check/check_facts.h"
#include "net/dns_client.h"
#include "net/https_probe.h"
#include "net/smtp_probe.h"

namespace strictmx {

enum class Probing : std::uint8_t { on, off };

struct CheckOptions {
  DnsOptions dns;
  std::optional<std::filesystem::path> ca_file;  // absent: the system's
  SmtpProbeOptions smtp;
  HttpsProbeOptions https;
  Probing smtp_probing = Probing::on;  // off: DNS and the policy host alone
  Millis deadline{30000};              // of one domain
  Millis dns_timeout{10000};           // of one DNS question
  std::size_t max_domains = 16;        // at once
};

// Facts that hold no more than the domain, or also what is planned for it.
using CheckRequests = std::vector<CheckFacts>;
// Called as each domain is done, from inside of run_checks(); `index` is that of the request.
using CheckDone = std::function<void(std::size_t index, CheckFacts facts)>;

// Returns when all are done. Errors: Errc::usage, Errc::io, Errc::unsupported from the options.
Result<void> run_checks(const CheckOptions& options, CheckRequests requests, CheckDone on_done);

}  // namespace strictmx
