#include "wire/tlsrpt_writer.h"

#include "base/json.h"

namespace strictmx {

namespace {

// The numbers of libtlsrpt.
int number_of(PolicyType type) {
  switch (type) {
    case PolicyType::tlsa:
      return 1;
    case PolicyType::sts:
      return 2;
    case PolicyType::no_policy_found:
      break;
  }
  return 9;
}

int number_of(ResultType type) {
  switch (type) {
    case ResultType::starttls_not_supported:
      return 201;
    case ResultType::certificate_host_mismatch:
      return 202;
    case ResultType::certificate_not_trusted:
      return 203;
    case ResultType::certificate_expired:
      return 204;
    case ResultType::validation_failure:
      return 205;
    case ResultType::sts_policy_fetch_error:
      return 301;
    case ResultType::sts_policy_invalid:
      return 302;
    case ResultType::sts_webpki_invalid:
      return 303;
    case ResultType::tlsa_invalid:
      return 304;
    case ResultType::dnssec_invalid:
      return 305;
    case ResultType::dane_required:
      return 306;
  }
  return 205;
}

Json failure_json(const FailureDetails& failure) {
  Json::Object members{{"c", number_of(failure.type)}};
  const std::pair<const char*, const std::string*> texts[] = {
      {"s", &failure.sending_mta_ip},         {"n", &failure.receiving_mx_hostname},
      {"h", &failure.receiving_mx_helo},      {"r", &failure.receiving_ip},
      {"a", &failure.additional_information}, {"f", &failure.reason_code},
  };
  for (const auto& [key, text] : texts) {
    if (!text->empty()) members.emplace_back(key, *text);
  }
  return members;
}

}  // namespace

std::string write_tlsrpt_datagram(const Domain& domain, std::string_view record,
                                  const ReportedPolicy& policy,
                                  const std::optional<FailureDetails>& failure) {
  Json::Object about{{"policy-type", number_of(policy.type)}, {"policy-domain", policy.domain}};
  if (!policy.strings.empty()) about.emplace_back("policy-string", Json::strings(policy.strings));
  if (!policy.mx_hosts.empty()) about.emplace_back("mx-host", Json::strings(policy.mx_hosts));
  if (failure) about.emplace_back("failure-details", Json::Array{failure_json(*failure)});
  about.emplace_back("t", failure ? 1 : 0);
  about.emplace_back("f", failure ? 1 : 0);
  const Json::Object members{{"dpv", "1"},
                             {"d", domain.text()},
                             {"pr", record},
                             {"policies", Json::Array{Json(std::move(about))}}};
  return Json(members).dump();
}

}  // namespace strictmx
