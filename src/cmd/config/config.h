// cmd/config/config.h: everything that can be configured, as plain values. The initialisers are the
// defaults; their text form, ranges and descriptions are in the one table, cmd/config/config_table.
// Empty text means "not given" where the comment says so.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "core/ip_address.h"
#include "core/override.h"
#include "flow/tls_policy.h"

namespace strictmx {

enum class DnsValidationKey : std::uint8_t { local, trust_ad, off };

struct DnsConfig {
  std::vector<std::string> forward;  // empty: as /etc/resolv.conf says; {"recurse"}: from the root
  std::string trust_anchor = "/usr/share/dns/root.key";  // or "none"
  std::string root_hints;                                // empty: built-in
  DnsValidationKey validation = DnsValidationKey::local;
  bool trust_ad_remote = false;
  bool operator==(const DnsConfig&) const = default;
};

struct HttpsConfig {
  std::string ca_file;  // empty: the system's
  std::uint16_t port = 443;
  Millis timeout{10000};
  AddressRule addresses = AddressRule::public_only;
  bool operator==(const HttpsConfig&) const = default;
};

struct PolicyConfig {
  Millis deadline{4000};
  DnsErrorRule on_dns_error = DnsErrorRule::bounded;
  Seconds dns_error_time{1800};
  DaneUse dane = DaneUse::on;
  std::vector<Override> overrides;
  std::string preload;      // file; empty: none
  std::string preload_key;  // file; empty: the list is not signed
  bool operator==(const PolicyConfig&) const = default;
};

struct CollectConfig {
  std::string socket;  // empty: no collector
  unsigned mode = 0660;
  std::string group;  // empty: that of the process
  int keep_days = 14;
  bool operator==(const CollectConfig&) const = default;
};

struct ReportConfig {
  std::string from;          // empty: no reports
  std::string organization;  // empty: the domain of `from`
  std::string relay = "127.0.0.1:25";
  std::vector<std::string> sendmail;
  std::vector<std::string> dkim;  // "SELECTOR FILE"
  Seconds spread{14400};
  Seconds keep{864000};
  std::vector<std::string> opt_out;
  std::vector<std::string> rewrite;
  bool lax_https = true;
  bool loop_guard = true;
  bool operator==(const ReportConfig&) const = default;
};

struct LimitsConfig {
  std::size_t connections = 20000;
  Seconds idle{120};
  std::size_t lookups = 1024;
  std::size_t negative_entries = 1000000;
  bool operator==(const LimitsConfig&) const = default;
};

struct CheckConfig {
  std::uint16_t smtp_port = 25;
  std::string helo;  // empty: our address
  Millis timeout{30000};
  Millis connect_timeout{2500};
  bool operator==(const CheckConfig&) const = default;
};

struct Config {
  std::vector<std::string> listen{"inet:127.0.0.1:8461"};
  std::vector<std::string> listen_line;  // empty: none
  std::string api;                       // empty: off
  std::string http = "127.0.0.1:8462";   // empty: off
  std::string state;                     // empty: chosen by cmd/surroundings
  std::string user;                      // empty: as started
  std::string control = "control.sock";  // below state unless absolute; empty: off
  DnsConfig dns;
  HttpsConfig https;
  PolicyConfig policy;
  CollectConfig collect;
  ReportConfig report;
  LimitsConfig limits;
  CheckConfig check;
  LogLevel log_level = LogLevel::info;
  bool operator==(const Config&) const = default;
};

}  // namespace strictmx
