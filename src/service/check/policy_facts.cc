#include "service/check/policy_facts.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "core/check/report_targets.h"
#include "core/sts_record.h"
#include "net/task_group.h"
#include "service/check/dns_questions.h"
#include "wire/policy_answer.h"

namespace strictmx {
namespace {

// A name that nobody would have set up: what answers there answers everywhere.
constexpr const char* kUnknownLabel = "strictmx-unknown-name";

// Where people put the records by mistake; "%" stands for the domain.
constexpr std::string_view kStsElsewhere[] = {"%", "mta-sts.%", "_mta_sts.%", "_mta-sts._tcp.%",
                                              "_mta-sts.%.%"};
constexpr std::string_view kReportElsewhere[] = {"%", "_tls.%", "_smtp-tlsrpt.%", "_tlsrpt.%",
                                                 "_smtp._tls.%.%"};

std::string name_in(std::string_view pattern, const Domain& domain) {
  std::string name;
  for (const char c : pattern) {
    if (c == '%') {
      name += domain.text();
    } else {
      name += c;
    }
  }
  return name;
}

Task<void> ask_elsewhere(const CheckParts& parts, const Domain& domain,
                         std::span<const std::string_view> patterns, std::vector<TxtFacts>& into,
                         MonoTime deadline) {
  into.resize(patterns.size());
  TaskGroup all(parts.io);
  for (std::size_t i = 0; i < patterns.size(); ++i)
    all.add(store_in(ask_txt(parts, name_in(patterns[i], domain), deadline), into[i]));
  co_await all.join();
}

bool any_begins(const TxtFacts& txt, std::string_view version) {
  const auto records = txt.joined();
  return std::ranges::any_of(records, [&](const std::string& record) {
    return equals_ignore_case(std::string_view(record).substr(0, version.size()), version);
  });
}

// One host as a policy host, at each of its addresses.
Task<PolicyHostFacts> probe_host(const CheckParts& parts, std::string host, MonoTime deadline) {
  PolicyHostFacts facts;
  facts.dns = co_await ask_name(parts, host, deadline);
  const auto count = std::min(facts.dns.addresses.size(), kMaxCheckedAddresses);
  for (std::size_t i = 0; i < count; ++i)
    facts.addresses.push_back({.address = facts.dns.addresses[i]});
  TaskGroup all(parts.io);
  for (auto& address : facts.addresses)
    all.add(store_in(parts.https.probe({host, address.address}, deadline), address));
  co_await all.join();
  facts.outcome = judge_policy_host(facts);
  facts.fetched = true;
  co_return facts;
}

// Servers that refuse programs answer browsers.
Task<void> ask_as_browser(const CheckParts& parts, PolicyHostFacts& facts, MonoTime deadline) {
  const auto refused = std::ranges::find_if(facts.addresses, [](const PolicyAddressFacts& address) {
    return address.http.end == HttpEnd::complete && address.http.status >= 400;
  });
  if (refused == facts.addresses.end()) co_return;
  HttpsTarget target{facts.dns.name, refused->address};
  target.agent = HttpsAgent::browser;
  auto seen = co_await parts.https.probe(std::move(target), deadline);
  facts.as_browser = std::move(seen.http);
}

Task<void> probe_elsewhere(const CheckParts& parts, CheckFacts& facts, MonoTime deadline) {
  auto& hosts = facts.policy_elsewhere;
  hosts.resize(2);
  TaskGroup both(parts.io);
  both.add(store_in(probe_host(parts, facts.domain.text(), deadline), hosts[0]));
  both.add(store_in(probe_host(parts, "www." + facts.domain.text(), deadline), hosts[1]));
  co_await both.join();
}

Task<void> collect_policy(const CheckParts& parts, CheckFacts& facts, MonoTime deadline) {
  if (facts.planned_policy || !facts.vantage.https_probed) co_return;
  auto host = co_await probe_host(parts, "mta-sts." + facts.domain.text(), deadline);
  facts.policy_host = std::move(host);
  co_await ask_as_browser(parts, facts.policy_host, deadline);
  if (facts.policy_host.dns.addresses.empty()) co_return;
  auto caa = co_await ask_caa(parts, facts.policy_host.dns.name, deadline);
  facts.policy_host_caa = std::move(caa);
  auto wildcard = co_await ask_name(parts, kUnknownLabel + ('.' + facts.domain.text()), deadline);
  facts.wildcard_address = std::move(wildcard);
}

Task<void> collect_record(const CheckParts& parts, CheckFacts& facts, MonoTime deadline) {
  if (facts.planned_sts_txt) co_return;
  auto txt = co_await ask_txt(parts, "_mta-sts." + facts.domain.text(), deadline);
  facts.sts_txt = std::move(txt);
  if (facts.sts_txt.meta->status == DnsStatus::found) {
    auto wildcard = co_await ask_txt(parts, kUnknownLabel + ('.' + facts.domain.text()), deadline);
    facts.wildcard_txt = std::move(wildcard);
  }
  if (any_begins(facts.sts_txt, kStsVersion)) co_return;
  co_await ask_elsewhere(parts, facts.domain, kStsElsewhere, facts.sts_txt_elsewhere, deadline);
}

Task<void> look_at_target(const CheckParts& parts, const CheckFacts& facts,
                          ReportTargetFacts& target, MonoTime deadline) {
  const auto host = Domain::parse(target.host);
  if (!host) co_return;
  if (target.scheme == "https") {
    auto names = co_await ask_name(parts, host->text(), deadline);
    target.addresses = std::move(names);
    if (!facts.vantage.https_probed || target.addresses->addresses.empty()) co_return;
    HttpsTarget probe{host->text(), target.addresses->addresses.front()};
    probe.agent = HttpsAgent::silent;
    auto seen = co_await parts.https.probe(std::move(probe), deadline);
    target.https.push_back(std::move(seen));
    co_return;
  }
  auto mx = co_await parts.dns.query_mx(*host, dns_deadline(parts, deadline));
  const bool none = mx.hosts.empty();
  target.mx = std::move(mx);
  if (!none) co_return;
  auto names = co_await ask_name(parts, host->text(), deadline);
  target.addresses = std::move(names);
}

}  // namespace

Task<void> collect_sts(const CheckParts& parts, CheckFacts& facts, MonoTime deadline) {
  TaskGroup both(parts.io);
  both.add(collect_record(parts, facts, deadline));
  both.add(collect_policy(parts, facts, deadline));
  co_await both.join();
  // Somebody who meant to publish a policy may have put it at another host.
  const bool meant = any_begins(facts.sts_txt, kStsVersion);
  const bool failed =
      facts.policy_host.fetched && facts.policy_host.outcome.status != FetchStatus::ok;
  if (meant && failed) co_await probe_elsewhere(parts, facts, deadline);
}

Task<void> collect_reporting(const CheckParts& parts, CheckFacts& facts, MonoTime deadline) {
  if (!facts.planned_rpt_txt) {
    auto txt = co_await ask_txt(parts, "_smtp._tls." + facts.domain.text(), deadline);
    facts.rpt_txt = std::move(txt);
    if (!any_begins(facts.rpt_txt, "v=TLSRPT"))
      co_await ask_elsewhere(parts, facts.domain, kReportElsewhere, facts.rpt_txt_elsewhere,
                             deadline);
  }
  for (auto& target : report_targets(facts.rpt_txt.joined()))
    facts.report_targets.push_back(
        {std::move(target.uri), std::move(target.scheme), std::move(target.host), {}, {}, {}});
  TaskGroup all(parts.io);
  for (auto& target : facts.report_targets) all.add(look_at_target(parts, facts, target, deadline));
  co_await all.join();
}

}  // namespace strictmx
