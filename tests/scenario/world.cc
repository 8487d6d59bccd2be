#include "scenario/world.h"

#include <algorithm>

namespace strictmx::scenario {

namespace {

constexpr WallTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 1}};
constexpr Seconds kAbsenceTtl{300};
constexpr std::size_t kLastLines = 8;

template <class Answer>
Answer look_up(const std::map<std::string, Answer>& facts, const std::string& name) {
  if (const auto fact = facts.find(name); fact != facts.end()) return fact->second;
  Answer absent;
  absent.meta.status = DnsStatus::no_name;
  absent.meta.ttl = kAbsenceTtl;
  return absent;
}

}  // namespace

Now VirtualClock::now() const { return Now{kStart + elapsed_ + jumped_, start_ + elapsed_}; }

Task<void> Gate::pass(std::string question) {
  while (world_.held.contains(question)) {
    OneShot<bool> opened(io_.get_executor());
    waiting_.push_back(&opened);
    co_await opened.wait(MonoTime::max());
  }
}

void Gate::open() {
  for (OneShot<bool>* waiter : std::exchange(waiting_, {})) waiter->set(true);
}

Task<TxtAnswer> WorldDns::query_txt(std::string name, MonoTime) {
  ++world_.txt_questions;
  co_await gate_.pass("txt " + name);
  co_return look_up(world_.txt, name);
}

Task<MxAnswer> WorldDns::query_mx(Domain domain, MonoTime) {
  co_await gate_.pass("mx " + domain.text());
  co_return look_up(world_.mx, domain.text());
}

Task<AddressAnswer> WorldDns::query_addresses(Domain host, MonoTime) {
  co_await gate_.pass("address " + host.text());
  co_return look_up(world_.addresses, host.text());
}

Task<CnameAnswer> WorldDns::query_cname(Domain host, MonoTime) {
  co_await gate_.pass("cname " + host.text());
  co_return look_up(world_.cnames, host.text());
}

Task<TlsaAnswer> WorldDns::query_tlsa(Domain base, MonoTime) {
  co_await gate_.pass("tlsa " + base.text());
  co_return look_up(world_.tlsa, base.text());
}

Task<FetchOutcome> WorldFetch::fetch(Domain domain) {
  ++world_.fetches;
  co_await gate_.pass("policy " + domain.text());
  const auto host = world_.hosts.find(domain.text());
  if (host != world_.hosts.end()) {
    if (host->second.status == FetchStatus::ok) world_.served.insert(host->second.body);
    co_return host->second;
  }
  co_return FetchOutcome{FetchStatus::host_not_found, "", "host_not_found"};
}

Task<Result<void>> WorldSink::save(KnownPolicy policy) {
  co_await gate_.pass("disk");
  world_.fetched.push_back(policy);
  world_.known.insert_or_assign(policy.domain.text(), policy);
  if (world_.disk == Disk::full) co_return fail(Errc::io, "disk full");
  ++world_.saves;
  world_.store.insert_or_assign(policy.domain.text(), policy);
  co_return Result<void>{};
}

Task<Result<KnownPolicy>> WorldStored::find(Domain domain) {
  const auto stored = world_.store.find(domain.text());
  if (stored == world_.store.end()) co_return fail(Errc::not_found, domain.text());
  co_return stored->second;
}

Task<Result<PolicyStore::Part>> WorldStored::load_part(std::string) {
  PolicyStore::Part part;
  part.end = true;
  for (const auto& [domain, policy] : world_.store) part.policies.push_back(policy);
  co_await gate_.pass("load");
  co_return part;
}

void WorldLog::write(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  ++events[std::string(event)];
  last_lines.push_back(format_log_line(event, fields));
  if (last_lines.size() > kLastLines) last_lines.pop_front();
  if (event == "policy_refresh_failed" && level >= LogLevel::warning) ++alerts;
  if (event != "policy_failure") return;
  for (const auto& field : fields) {
    if (field.key == "type") last_failure = field.value;
  }
}

}  // namespace strictmx::scenario
