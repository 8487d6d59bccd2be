// service/policyd/options.h: what the policy daemon is told at start. Defaults are those of the
// configuration table (cmd/config/config_table).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/override.h"
#include "flow/tls_policy.h"
#include "net/dns_client.h"
#include "net/policy_fetch.h"

namespace strictmx {

struct PolicydOptions {
  std::vector<std::string> listen;       // "inet:HOST:PORT", "unix:PATH"
  std::vector<std::string> listen_line;  // likewise, for the line protocol; may be empty
  std::string api;                       // likewise, one, for the HTTP API; empty: none
  std::string collector;                 // path of the socket for TLS sessions; empty: none
  std::filesystem::path state;           // directory of the policy store
  std::filesystem::path control;         // unix socket for `strictmx policy`; empty: none
  std::filesystem::path preload;         // list of policies known beforehand; empty: none
  std::filesystem::path preload_key;     // by which it must be signed; empty: it need not be
  DnsOptions dns;
  FetchOptions fetch;
  TlsPolicySettings rules;
  std::vector<Override> overrides;      // of the operator, by domain
  Millis deadline{4000};                // longest time a client waits for an answer
  Millis dns_timeout{10000};            // of one DNS question, beyond the deadline on purpose
  Seconds drain{5};                     // for clients at SIGTERM
  Seconds idle{120};                    // before a silent client is closed
  std::size_t max_clients = 20000;      // beyond it the longest idle one is closed
  std::size_t max_lookups = 1024;       // at once; more are told to come back
  std::size_t max_negatives = 1000000;  // domains remembered as without policy
};

}  // namespace strictmx
