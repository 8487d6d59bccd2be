#include "core/report/report_policy_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "core/domain.h"
#include "core/ip_address.h"
#include "core/tls_result.h"

namespace strictmx {

namespace {

using Need = ReportMembers::Need;

constexpr std::size_t kMaxFailures = 20000;
constexpr std::size_t kMaxLines = 1024;

std::string spelled(std::string_view text) {
  std::string word = ascii_lower(trim_blanks(text));
  std::ranges::replace(word, '_', '-');
  return word;
}

std::string read_policy_type(ReportMembers& members) {
  const auto text = members.take_text("policy-type", Need::required);
  if (parse_policy_type(text)) return text;
  auto word = spelled(text);
  if (word == "dane" || word == "dane-only") word = "tlsa";  // Seen: reports before the RFC
  if (parse_policy_type(word)) {
    members.remark(Deviation::text_form, "policy-type",
                   fmt::format("\"{}\" stands for {}", escape_remote(text, 60), word));
    return word;
  }
  if (!text.empty()) {
    members.remark(
        Deviation::unknown_policy_type, "policy-type",
        fmt::format("\"{}\" is not tlsa, sts or no-policy-found", escape_remote(text, 60)));
  }
  return text;
}

std::string read_policy_domain(ReportMembers& members, const std::string& fallback) {
  const auto text = members.take_text("policy-domain", Need::required);
  if (text.empty()) return fallback;  // Seen: Postfix before 3.10.5
  const auto domain = Domain::parse(text);
  if (!domain) {
    members.remark(Deviation::text_form, "policy-domain", "is no domain name");
    return text;
  }
  if (domain->text() != text) {
    members.remark(Deviation::text_form, "policy-domain", "is not in lower-case A-labels");
  }
  return domain->text();
}

// Seen: Microsoft, 2025: an array as the text of one element. The text of an array, then; else
// nothing.
std::vector<std::string> unpack_array(std::string_view text) {
  const auto trimmed = trim_blanks(text);
  if (!trimmed.starts_with('[')) return {};
  const auto inner = Json::parse(trimmed);
  if (!inner || inner->array() == nullptr) return {};
  std::vector<std::string> lines;
  for (const auto& line : *inner->array()) {
    if (line.string() != nullptr && lines.size() < kMaxLines) lines.push_back(*line.string());
  }
  return lines;
}

// RFC 8460 §4.4: one element per line or record. RFC 8460 §4.1, unclear: a string with semicolons
// there; our reading: a leftover, read but not written.
std::vector<std::string> read_policy_string(ReportMembers& members, std::string_view type) {
  const auto list = members.take_list("policy-string");
  std::vector<std::string> lines;
  bool as_it_should = true;
  for (const auto& element : list) {
    auto unpacked = unpack_array(element);
    if (unpacked.empty()) {
      const bool one_text = list.size() == 1 && element.find('\n') == std::string::npos;
      const char separator = type == "sts" && one_text ? ';' : '\n';
      for (const auto part : split(element, separator)) {
        auto line = trim_blanks(part);
        while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (!line.empty()) unpacked.emplace_back(line);
      }
    }
    if (unpacked.size() != 1 || unpacked.front() != element) as_it_should = false;
    std::ranges::move(unpacked, std::back_inserter(lines));
  }
  if (!as_it_should) {
    members.remark(Deviation::policy_string_form, "policy-string",
                   "is not one line or record per element");
  }
  if (lines.size() > kMaxLines) lines.resize(kMaxLines);
  return lines;
}

std::vector<std::string> read_mx_hosts(ReportMembers& members) {
  constexpr std::string_view kPrefix = "mx:";
  auto hosts = members.take_list("mx-host", "mx-host-pattern");
  for (auto& host : hosts) {
    if (!host.starts_with(kPrefix)) continue;
    members.remark(Deviation::text_form, "mx-host", "begins with \"mx:\"");
    host = trim_blanks(std::string_view(host).substr(kPrefix.size()));
  }
  return hosts;
}

std::string read_result_type(ReportMembers& members) {
  const auto text = members.take_text("result-type", Need::required);
  if (parse_result_type(text)) return text;
  const auto word = spelled(text);
  if (parse_result_type(word)) {
    members.remark(Deviation::text_form, "result-type",
                   fmt::format("\"{}\" stands for {}", escape_remote(text, 60), word));
    return word;
  }
  if (!text.empty()) {
    members.remark(Deviation::unknown_result_type, "result-type",
                   fmt::format("\"{}\" is not registered", escape_remote(text, 60)));
  }
  return text;
}

// Brackets and a port are taken away; a text that is no address even then is kept.
std::string read_address(ReportMembers& members, std::string_view name) {
  const auto text = members.take_text(name, Need::optional);
  if (text.empty() || IpAddress::parse(text)) return text;
  std::string_view inner = trim_blanks(text);
  if (inner.starts_with('[')) {
    inner = inner.substr(1, inner.find(']') - 1);
    if (inner.starts_with("IPv6:")) inner.remove_prefix(5);
  } else if (std::ranges::count(inner, ':') == 1) {
    inner = inner.substr(0, inner.find(':'));
  }
  members.remark(Deviation::address_form, name,
                 fmt::format("\"{}\" is no IP address", escape_remote(text, 60)));
  return IpAddress::parse(inner) ? std::string(inner) : text;
}

ReportFailure read_failure(ReportMembers members) {
  ReportFailure failure;
  failure.result_type = read_result_type(members);
  failure.sending_mta_ip = read_address(members, "sending-mta-ip");
  failure.receiving_mx_hostname = members.take_text("receiving-mx-hostname", Need::optional);
  failure.receiving_mx_helo = members.take_text("receiving-mx-helo", Need::optional);
  if (failure.receiving_mx_helo.find_first_of("\r\n") != std::string::npos) {
    members.remark(Deviation::helo_lines, "receiving-mx-helo", "has several lines");
  }
  failure.receiving_ip = read_address(members, "receiving-ip");
  failure.failed_session_count =
      members.take_count("failed-session-count", 1, Deviation::count_missing);
  failure.additional_information =
      members.take_text("additional-information", Need::optional, "additional-info-uri");
  failure.failure_reason_code = members.take_text("failure-reason-code", Need::optional);
  members.remark_on_others();
  return failure;
}

class FailureList {
 public:
  FailureList(ReportMembers& members, ReportRemarks& remarks)
      : members_(members), remarks_(remarks) {}

  std::vector<ReportFailure> read() {
    const auto* value = members_.take("failure-details", Need::optional);
    if (value == nullptr) return {};
    if (value->object() != nullptr) {
      members_.remark(Deviation::value_type, "failure-details", "is no array");
      add(*value, members_.path("failure-details"));
    } else if (value->array() != nullptr) {
      for (std::size_t i = 0; i < value->array()->size(); ++i) {
        add((*value->array())[i], fmt::format("{}[{}]", members_.path("failure-details"), i));
      }
    } else {
      members_.remark(Deviation::value_type, "failure-details", "is no array");
    }
    return std::move(failures_);
  }

 private:
  void add(const Json& element, const std::string& where) {
    if (element.object() == nullptr) {
      remarks_.add(Deviation::value_type, where, "is no object");
      return;
    }
    auto failure = read_failure(ReportMembers(element, where, remarks_));
    auto key = failure;
    key.failed_session_count = 0;
    const auto [at, is_new] = places_.emplace(std::move(key), failures_.size());
    if (!is_new) {
      remarks_.add(Deviation::repeated_failure, where, "is equal to an earlier one; added to it");
      failures_[at->second].failed_session_count += failure.failed_session_count;
    } else if (failures_.size() == kMaxFailures) {
      remarks_.add(Deviation::too_many, where, "over 20000 failures");
    } else {
      failures_.push_back(std::move(failure));
    }
  }

  struct Less {
    static auto tie(const ReportFailure& f) {
      return std::tie(f.result_type, f.sending_mta_ip, f.receiving_mx_hostname, f.receiving_mx_helo,
                      f.receiving_ip, f.additional_information, f.failure_reason_code);
    }
    bool operator()(const ReportFailure& a, const ReportFailure& b) const {
      return tie(a) < tie(b);
    }
  };

  ReportMembers& members_;
  ReportRemarks& remarks_;
  std::map<ReportFailure, std::size_t, Less> places_;
  std::vector<ReportFailure> failures_;
};

void read_summary(const Json& element, ReportMembers& members, ReportPolicy& policy,
                  ReportRemarks& remarks) {
  std::int64_t sum = 0;
  for (const auto& failure : policy.failures) sum += failure.failed_session_count;
  const auto* summary = members.take("summary", Need::optional);
  // Some write the two counts beside the policy instead.
  const bool beside = summary == nullptr && element.find("total-failure-session-count") != nullptr;
  if (summary == nullptr || summary->object() == nullptr) {
    members.remark(Deviation::summary_missing, "summary",
                   beside ? "its counts stand beside it" : "is missing");
    if (!beside) {
      policy.failed_sessions = sum;
      return;
    }
  }
  ReportMembers inside(summary != nullptr && summary->object() != nullptr ? *summary : element,
                       members.path("summary"), remarks);
  policy.successful_sessions =
      inside.take_count("total-successful-session-count", 0, Deviation::member_missing);
  policy.failed_sessions =
      inside.take_count("total-failure-session-count", sum, Deviation::member_missing);
  if (!beside) inside.remark_on_others();
  if (policy.failed_sessions == 0 && sum > 0) {
    members.remark(Deviation::summary_too_small, "summary",
                   "no failed sessions although there are failure-details");
  }
}

}  // namespace

std::optional<ReportPolicy> read_report_policy(const Json& element, const std::string& where,
                                               const std::string& domain, ReportRemarks& remarks) {
  if (element.object() == nullptr) {
    remarks.add(Deviation::policy_unreadable, where, "is no object");
    return std::nullopt;
  }
  ReportMembers outside(element, where, remarks);
  const auto* about = outside.take("policy", Need::required);
  if (about == nullptr || about->object() == nullptr) {
    remarks.add(Deviation::policy_unreadable, where, "policy is no object");
    return std::nullopt;
  }
  ReportMembers members(*about, outside.path("policy"), remarks);
  ReportPolicy policy;
  policy.policy_type = read_policy_type(members);
  policy.policy_string = read_policy_string(members, policy.policy_type);
  policy.policy_domain = read_policy_domain(members, domain);
  policy.mx_host = read_mx_hosts(members);
  members.remark_on_others();
  policy.failures = FailureList(outside, remarks).read();
  read_summary(element, outside, policy, remarks);
  outside.remark_on_others();
  return policy;
}

}  // namespace strictmx
