#include "wire/tlsrpt_datagram.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "wire/json_scanner.h"

namespace strictmx {

namespace {

constexpr std::int64_t kVersion = 1;

std::optional<PolicyType> policy_type_of(std::int64_t number) {
  switch (number) {
    case 1:
      return PolicyType::tlsa;
    case 2:
      return PolicyType::sts;
    case 9:
      return PolicyType::no_policy_found;
    default:
      return std::nullopt;
  }
}

std::optional<ResultType> result_type_of(std::int64_t code) {
  constexpr std::array kTransport{
      ResultType::starttls_not_supported,  ResultType::certificate_host_mismatch,
      ResultType::certificate_not_trusted, ResultType::certificate_expired,
      ResultType::validation_failure,
  };
  constexpr std::array kPolicy{
      ResultType::sts_policy_fetch_error, ResultType::sts_policy_invalid,
      ResultType::sts_webpki_invalid,     ResultType::tlsa_invalid,
      ResultType::dnssec_invalid,         ResultType::dane_required,
  };
  if (code >= 201 && code <= 205) return kTransport[static_cast<std::size_t>(code - 201)];
  if (code >= 301 && code <= 306) return kPolicy[static_cast<std::size_t>(code - 301)];
  return std::nullopt;
}

class DatagramReader {
 public:
  explicit DatagramReader(std::string_view octets) : scan_(octets) {}

  std::expected<TlsrptDatagram, DatagramFault> read() {
    using Kind = JsonScanner::Kind;
    const Kind kind = scan_.kind();
    if (kind != Kind::object) {
      const bool json = scan_.skip() && scan_.at_end();
      return std::unexpected(json ? DatagramFault::not_object : scan_fault());
    }
    scan_.enter_object();
    std::string key;
    while (scan_.next_member(key)) read_member(key);
    if (scan_.fault() || !scan_.at_end()) return std::unexpected(scan_fault());
    if (version_ != kVersion) return std::unexpected(DatagramFault::version);
    auto domain = Domain::parse(domain_);
    if (!domain) return std::unexpected(DatagramFault::domain);
    if (policies_.empty()) return std::unexpected(flaw_.value_or(DatagramFault::policies));
    for (auto& policy : policies_) complete(policy.policy, *domain);
    return TlsrptDatagram{
        DomainResults{Day{}, *std::move(domain), bounded_record(record_), std::move(policies_)},
        flaw_};
  }

 private:
  DatagramFault scan_fault() const {
    return scan_.fault() == JsonScanner::Fault::too_deep ? DatagramFault::too_deep
                                                         : DatagramFault::syntax;
  }

  void note(DatagramFault flaw) {
    if (!flaw_) flaw_ = flaw;
  }

  void read_member(const std::string& key) {
    if (key == "d") {
      if (!scan_.read_string(domain_)) domain_.clear();
    } else if (key == "pr") {
      scan_.read_string(record_);
    } else if (key == "dpv") {
      read_version();
    } else if (key == "policies") {
      read_policies();
    } else {
      scan_.skip();
    }
  }

  // libtlsrpt before 0.5.0 sends none.
  void read_version() {
    std::string text;
    if (scan_.kind() == JsonScanner::Kind::number) {
      version_ = scan_.read_integer().value_or(0);
    } else {
      version_ = scan_.read_string(text) && text == "1" ? kVersion : 0;
    }
  }

  void read_policies() {
    if (!enter_list()) return note(DatagramFault::policies);
    while (scan_.next_element()) {
      if (scan_.kind() != JsonScanner::Kind::object) {
        note(DatagramFault::policies);
        scan_.skip();
      } else if (policies_.size() >= kMaxDatagramPolicies) {
        note(DatagramFault::too_many);
        scan_.skip();
      } else {
        read_policy();
      }
    }
  }

  void read_policy() {
    PolicyResults results;
    std::optional<PolicyType> type;
    std::optional<std::int64_t> failed;
    scan_.enter_object();
    std::string key;
    while (scan_.next_member(key)) {
      if (key == "policy-type") {
        type = policy_type_of(scan_.read_integer().value_or(0));
      } else if (key == "f") {
        failed = scan_.read_integer();
      } else if (key == "policy-domain") {
        scan_.read_string(results.policy.domain);
      } else if (key == "policy-string") {
        read_strings(results.policy.strings, kMaxPolicyStrings);
      } else if (key == "mx-host") {
        read_strings(results.policy.mx_hosts, kMaxPolicyMxHosts);
      } else if (key == "failure-details") {
        read_failures(results.details);
      } else {
        scan_.skip();
      }
    }
    if (!type) return note(DatagramFault::policy_type);
    if (failed != 0 && failed != 1) return note(DatagramFault::outcome);
    results.policy.type = *type;
    // RFC 8460 §4.4: one session, counted as what it was in the end.
    results.successes = *failed == 0 ? 1 : 0;
    results.failures = *failed == 1 ? 1 : 0;
    policies_.push_back(std::move(results));
  }

  // What is no list has no strings; what is no string is left out of it.
  void read_strings(std::vector<std::string>& to, std::size_t most) {
    to.clear();
    if (!enter_list()) return;
    std::string text;
    while (scan_.next_element()) {
      if (to.size() >= most) {
        scan_.skip();
      } else if (scan_.read_string(text)) {
        to.push_back(text);
      }
    }
  }

  void read_failures(std::vector<CountedFailure>& to) {
    to.clear();
    if (!enter_list()) return;
    while (scan_.next_element()) {
      if (scan_.kind() != JsonScanner::Kind::object) {
        note(DatagramFault::failure);
        scan_.skip();
      } else if (to.size() >= kMaxDatagramFailures) {
        note(DatagramFault::too_many);
        scan_.skip();
      } else {
        read_failure(to);
      }
    }
  }

  void read_failure(std::vector<CountedFailure>& to) {
    FailureDetails details;
    std::optional<std::int64_t> code;
    scan_.enter_object();
    std::string key;
    while (scan_.next_member(key)) {
      if (key == "c") {
        code = scan_.read_integer();
      } else if (std::string* text = field(details, key); text != nullptr) {
        scan_.read_string(*text);
      } else {
        scan_.skip();
      }
    }
    if (!code) return note(DatagramFault::failure);
    const auto type = result_type_of(*code);
    // RFC 8460 §4.3.3: what no other type covers.
    details.type = type.value_or(ResultType::validation_failure);
    if (!type && details.reason_code.empty()) details.reason_code = fmt::format("code-{}", *code);
    bound(details);
    to.push_back(CountedFailure{std::move(details), 1});
  }

  static std::string* field(FailureDetails& details, std::string_view key) {
    if (key == "s") return &details.sending_mta_ip;
    if (key == "n") return &details.receiving_mx_hostname;
    if (key == "h") return &details.receiving_mx_helo;
    if (key == "r") return &details.receiving_ip;
    if (key == "a") return &details.additional_information;
    if (key == "f") return &details.reason_code;
    return nullptr;
  }

  bool enter_list() {
    if (scan_.kind() == JsonScanner::Kind::array) return scan_.enter_array();
    scan_.skip();
    return false;
  }

  // The domain in one form, whatever the MTA was given; the TLSRPT domain where it says none.
  // Seen: Postfix before 3.10.5 without a policy, 2025-09.
  static void complete(ReportedPolicy& policy, const Domain& domain) {
    if (const auto parsed = Domain::parse(policy.domain)) policy.domain = parsed->text();
    if (policy.domain.empty()) policy.domain = domain.text();
    bound(policy);
  }

  JsonScanner scan_;
  std::int64_t version_ = kVersion;
  std::string domain_;
  std::string record_;
  std::vector<PolicyResults> policies_;
  std::optional<DatagramFault> flaw_;
};

}  // namespace

std::string_view name_of(DatagramFault fault) {
  switch (fault) {
    case DatagramFault::empty:
      return "empty";
    case DatagramFault::too_large:
      return "too_large";
    case DatagramFault::syntax:
      return "syntax";
    case DatagramFault::too_deep:
      return "too_deep";
    case DatagramFault::not_object:
      return "not_object";
    case DatagramFault::version:
      return "version";
    case DatagramFault::domain:
      return "domain";
    case DatagramFault::policies:
      return "policies";
    case DatagramFault::policy_type:
      return "policy_type";
    case DatagramFault::outcome:
      return "outcome";
    case DatagramFault::failure:
      return "failure";
    case DatagramFault::too_many:
      return "too_many";
  }
  return "syntax";
}

std::expected<TlsrptDatagram, DatagramFault> parse_tlsrpt_datagram(std::string_view octets) {
  if (octets.empty()) return std::unexpected(DatagramFault::empty);
  if (octets.size() > kMaxDatagramBytes) return std::unexpected(DatagramFault::too_large);
  return DatagramReader(octets).read();
}

}  // namespace strictmx
