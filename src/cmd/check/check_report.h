// cmd/check/check_report.h: what strictmx check found out about one domain, small enough to be kept
// for every domain of a call, and ready for each form of output (check_text, check_json,
// check_junit, check_sarif, check_html). Pure. Names, records and replies in it are remote text:
// each form escapes what it prints.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/check/check_facts.h"
#include "core/check/check_verdict.h"
#include "core/check/finding.h"
#include "core/check/sender_profile.h"

namespace strictmx {

constexpr std::size_t kSenders = 4;  // enumerators of Sender
constexpr std::size_t kSeverities = 5;

// Also the exit code, worst wins; `unknown` only where nothing is worse.
enum class CheckOutcome : std::uint8_t {
  good,      // 0
  warnings,  // 1: at least one finding of severity warning
  broken,    // 2: of severity error or critical
  unknown,   // 3: could not tell
};
std::string_view name_of(CheckOutcome outcome);
int exit_code_of(CheckOutcome outcome);
CheckOutcome worse(CheckOutcome a, CheckOutcome b);

struct AddressSummary {
  std::string address;
  std::string state;              // "TLSv1.3", or how far it came: "timeout", "no STARTTLS"
  std::optional<TlsVersion> tls;  // of a finished handshake
  std::string cipher;
  ChainStatus chain = ChainStatus::not_checked;
  bool named = false;            // the certificate names the host
  std::optional<WallTime> ends;  // of the certificate
  std::array<Delivery, kSenders> outlook{Delivery::unknown, Delivery::unknown, Delivery::unknown,
                                         Delivery::unknown};
};

// Whether the policy in force names the host.
enum class Listed : std::uint8_t { no_policy, yes, no };
std::string_view name_of(Listed listed);

struct HostSummary {
  std::uint16_t preference = 0;
  std::string name;
  Listed listed = Listed::no_policy;
  DaneState dane = DaneState::none;
  std::vector<AddressSummary> addresses;
  std::size_t not_probed = 0;  // addresses beyond the limit
};

struct PolicySummary {
  PublishedMode mode = PublishedMode::nothing;
  std::string id;       // of the record that counts
  bool record = false;  // there is one
  std::optional<Seconds> max_age;
  std::vector<std::string> mx;  // patterns of the policy in force
  bool fetched = false;
  FetchStatus fetch = FetchStatus::protocol_error;
  bool planned = false;  // record or policy come from a file
};

struct DomainReport {
  std::string domain;
  WallTime started{};
  Millis took{0};
  bool has_v4 = true;
  bool has_v6 = true;
  bool smtp_probed = true;
  bool planned = false;  // some of it is not published yet
  PolicySummary policy;
  std::vector<std::string> report_targets;  // "rua" of the record that counts
  std::vector<HostSummary> hosts;           // most preferred first
  std::size_t not_probed = 0;               // hosts beyond the limit
  CheckVerdict verdict;
  std::vector<Finding> findings;  // gravest first
  std::size_t left_out = 0;       // findings beyond their limit
  CheckOutcome outcome = CheckOutcome::unknown;
  std::string why_unknown;  // for that outcome
  std::optional<ProfileOutlook> profile;

  std::size_t count(Severity severity) const;
  const SenderOutlook* sender(Sender sender) const;  // null: not judged
};

DomainReport make_domain_report(const CheckFacts& facts, std::optional<SenderProfile> from);

// Of several domains.
CheckOutcome outcome_of(const std::vector<DomainReport>& reports);

}  // namespace strictmx
