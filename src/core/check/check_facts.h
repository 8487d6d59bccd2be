// core/check/check_facts.h: everything that strictmx check collects about one mail domain, as
// values, so that every rule about it is a pure function. Collected by service/check; what it means
// is said by the rules (core/check/finding) and the verdict. An absent optional or `not_tried` is
// "not looked at" (switched off, no time left, pointless after an earlier answer); a DnsMeta or
// status with a failure is "looked at, and why it failed". Neither is ever "there is none". Limits:
// 16 MX hosts and 8 addresses of each are probed (all are listed), 8 addresses of a policy host, 8
// destinations of reports, 8 name servers.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/check/dns_facts.h"
#include "core/check/policy_host_facts.h"
#include "core/check/smtp_facts.h"
#include "core/dane.h"
#include "core/domain.h"

namespace strictmx {

constexpr std::size_t kMaxCheckedHosts = 16;
constexpr std::size_t kMaxCheckedAddresses = 8;
constexpr std::size_t kMaxCheckedReportTargets = 8;
constexpr std::size_t kMaxCheckedNameServers = 8;

struct MxHostFacts {
  std::uint16_t preference = 0;
  std::string name;            // as in the record; for an implicit MX the domain itself
  std::optional<Domain> host;  // absent: no host name at all
  NameFacts dns;
  std::vector<TlsaFacts> tlsa;  // at the fully expanded name, then at the name in the record
  DaneHost dane;                // what RFC 7672 §2.2 makes of it
  std::vector<SmtpAddressFacts> addresses;  // those that were to be probed
};

// One "rua" destination and whether anything is there to take reports.
struct ReportTargetFacts {
  std::string uri;     // as in the record
  std::string scheme;  // lower case; "mailto", "https" or another
  std::string host;    // domain of the mailbox, or the URI's host; empty: none could be read
  std::optional<MxAnswer> mx;             // for mailto
  std::optional<NameFacts> addresses;     // for https, and for mailto without MX records
  std::vector<PolicyAddressFacts> https;  // connection and TLS alone; no request is sent
};

// What this machine could see at all.
struct VantageFacts {
  bool has_v4 = true;  // a route and an address of that family
  bool has_v6 = true;
  // A look-up of the root's own records was DNSSEC-validated; absent: not asked.
  std::optional<DnsMeta> root;
  bool smtp_probed = true;  // false: by option, or the records are only planned ones
  bool https_probed = true;
  std::uint16_t smtp_port = 25;
};

// What an earlier run saw, to tell changes by.
struct EarlierFacts {
  WallTime when;
  std::string id;      // of the record; empty: none that counts
  std::string policy;  // body; empty: none
};

struct CheckFacts {
  explicit CheckFacts(Domain checked) : domain(std::move(checked)) {}

  Domain domain;
  WallTime started{};
  Millis took{0};
  VantageFacts vantage;

  // What comes from a file because it is not yet published, and was not asked for.
  bool planned_mx = false;
  bool planned_sts_txt = false;
  bool planned_policy = false;
  bool planned_rpt_txt = false;

  // Mail hosts.
  MxAnswer mx;
  NameFacts own_addresses;         // of the domain itself; asked only when there is no MX record
  std::vector<MxHostFacts> hosts;  // most preferred first; the domain itself as implicit MX
  ZoneFacts zone;

  // MTA-STS.
  TxtFacts sts_txt;                         // _mta-sts.DOMAIN
  std::vector<TxtFacts> sts_txt_elsewhere;  // places where people put it by mistake
  TxtFacts wildcard_txt;                    // at a name below the domain that nobody knows
  NameFacts wildcard_address;               // likewise
  PolicyHostFacts policy_host;
  std::vector<PolicyHostFacts> policy_elsewhere;  // DOMAIN and www.DOMAIN, if the host fails
  std::optional<CaaFacts> policy_host_caa;

  // TLS reporting.
  TxtFacts rpt_txt;  // _smtp._tls.DOMAIN
  std::vector<TxtFacts> rpt_txt_elsewhere;
  std::vector<ReportTargetFacts> report_targets;

  std::optional<EarlierFacts> earlier;
};

}  // namespace strictmx
