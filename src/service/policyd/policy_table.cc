#include "service/policyd/policy_table.h"

#include <algorithm>
#include <cstring>

#include "service/policyd/packed_text.h"

namespace strictmx {

namespace {

std::uint32_t seconds_of(WallTime when) {
  const auto count = when.time_since_epoch().count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, UINT32_MAX));
}

WallTime wall_of(std::uint32_t seconds) { return WallTime{Seconds{seconds}}; }

// The same for a domain in every run, so that policies fetched together part ways.
std::uint32_t spread(std::string_view domain, std::uint32_t width) {
  return static_cast<std::uint32_t>(boost::hash<std::string_view>()(domain) % std::max(width, 1U));
}

// After three to four quarters of a day, or of half the life of a shorter policy; one that does not
// even live for kFirstRetry is fetched when it is needed.
std::uint32_t pause_of(std::string_view domain, Seconds life) {
  const auto period = static_cast<std::uint32_t>(std::min(kRefreshEvery, life / 2).count());
  return std::max(period - spread(domain, period / 4),
                  static_cast<std::uint32_t>(kFirstRetry.count()));
}

}  // namespace

void PolicyTable::put(const KnownPolicy& policy, WallTime now, PolicyOrigin origin) {
  const std::string& domain = policy.domain.text();
  std::uint32_t used = seconds_of(policy.fetched_at);
  if (const Entry* old = lookup(domain)) used = old->used_at;  // not by a refresh
  erase(policy.domain);
  const std::uint32_t number = make_room();
  const std::string packed = pack_policy_text(policy.body, domain);
  Entry& entry = entries_[number];
  entry.domain_size = static_cast<std::uint8_t>(domain.size());
  entry.id_size = static_cast<std::uint8_t>(policy.id.size());
  entry.packed_size = static_cast<std::uint32_t>(packed.size());
  entry.text =
      std::make_unique_for_overwrite<char[]>(domain.size() + policy.id.size() + packed.size());
  char* to = entry.text.get();
  for (const std::string* text : {&domain, &policy.id, &packed}) {
    std::memcpy(to, text->data(), text->size());
    to += text->size();
  }
  entry.fetched_at = seconds_of(policy.fetched_at);
  entry.life = seconds_of(policy.expires_at()) - entry.fetched_at;
  entry.used_at = used;
  entry.mode = policy.policy.mode;
  entry.origin = origin;
  index_.insert(number);
  // A policy of mode none is left to expire (RFC 8461 §10.2).
  if (entry.mode == PolicyMode::none) return;
  const std::uint32_t planned = entry.fetched_at + pause_of(domain, Seconds{entry.life});
  plan(number, std::max(planned, seconds_of(now) + spread(domain, 60)));
}

std::optional<KnownPolicy> PolicyTable::find(const Domain& domain) const {
  const Entry* entry = lookup(domain.text());
  if (entry == nullptr) return std::nullopt;
  return read(domain, *entry);
}

std::optional<PolicyOrigin> PolicyTable::origin(const Domain& domain) const {
  const Entry* entry = lookup(domain.text());
  if (entry == nullptr) return std::nullopt;
  return entry->origin;
}

std::optional<KnownPolicy> PolicyTable::read(const Domain& domain, const Entry& entry) {
  std::string body = unpack_policy_text(entry.packed(), domain.text());
  auto parsed = parse_policy(body);
  if (!parsed) return std::nullopt;
  return KnownPolicy{domain, std::string(entry.id()), std::move(body), std::move(parsed->policy),
                     wall_of(entry.fetched_at)};
}

std::vector<KnownPolicy> PolicyTable::fetched_from(std::size_t& at, std::size_t limit) const {
  std::vector<KnownPolicy> some;
  for (; at < entries_.size() && some.size() < limit; ++at) {
    const Entry& entry = entries_[at];
    if (!entry.text || entry.origin != PolicyOrigin::fetched) continue;
    const auto domain = Domain::parse_ascii(entry.domain());
    if (!domain) continue;
    if (auto policy = read(*domain, entry)) some.push_back(*std::move(policy));
  }
  return some;
}

bool PolicyTable::erase(const Domain& domain) {
  const auto at = index_.find(domain.text());
  if (at == index_.end()) return false;
  const std::uint32_t number = *at;
  index_.erase(at);  // before the text it is found by
  entries_[number] = Entry{};
  free_.push_back(number);
  return true;
}

void PolicyTable::touch(const Domain& domain, WallTime now) {
  if (Entry* entry = lookup(domain.text())) {
    const bool slept = entry->mode != PolicyMode::none && entry->due == 0 && !in_use(*entry, now);
    entry->used_at = std::max(entry->used_at, seconds_of(now));
    if (slept) plan(*index_.find(domain.text()), seconds_of(now));
  }
}

std::optional<Domain> PolicyTable::take_due(WallTime now) {
  while (!due_.empty() && due_.top().at <= seconds_of(now)) {
    const Due due = due_.top();
    due_.pop();
    Entry& entry = entries_[due.entry];
    if (!entry.text || entry.due != due.at) continue;  // replaced or planned anew since
    entry.due = 0;
    if (!in_use(entry, now) || !is_live(entry, now)) continue;
    auto domain = Domain::parse_ascii(entry.domain());
    if (domain) return *std::move(domain);
  }
  return std::nullopt;
}

void PolicyTable::failed(const Domain& domain, WallTime now) {
  const auto at = index_.find(domain.text());
  if (at == index_.end()) return;
  Entry& entry = entries_[*at];
  const Seconds pause =
      std::min(kFirstRetry * (1 << std::min<int>(entry.failures, 10)), kLongestRetry);
  if (entry.failures < UINT8_MAX) ++entry.failures;
  plan(*at, seconds_of(now + pause) + spread(domain.text(), 60));
}

std::optional<PolicyTable::Plan> PolicyTable::plan_of(const Domain& domain) const {
  const auto at = index_.find(domain.text());
  if (at == index_.end()) return std::nullopt;
  const Entry& entry = entries_[*at];
  Plan plan{wall_of(entry.used_at), std::nullopt, entry.failures};
  if (entry.due != 0) plan.refresh_at = wall_of(entry.due);
  return plan;
}

PolicyTable::Health PolicyTable::health(WallTime now) const {
  Health health;
  for (const auto& entry : entries_) {
    if (!entry.text || entry.mode == PolicyMode::none || !in_use(entry, now)) continue;
    const Seconds age = now - wall_of(entry.fetched_at);
    const Seconds life{entry.life};
    if (age >= life) continue;
    if (age * 2 >= life) ++health.late;
    if (age * 5 >= life * 4) ++health.critical;
  }
  return health;
}

const PolicyTable::Entry* PolicyTable::lookup(std::string_view domain) const {
  const auto at = index_.find(domain);
  return at == index_.end() ? nullptr : &entries_[*at];
}

PolicyTable::Entry* PolicyTable::lookup(std::string_view domain) {
  return const_cast<Entry*>(std::as_const(*this).lookup(domain));
}

std::uint32_t PolicyTable::make_room() {
  if (free_.empty()) {
    entries_.emplace_back();
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }
  const std::uint32_t number = free_.back();
  free_.pop_back();
  return number;
}

void PolicyTable::plan(std::uint32_t number, Second at) {
  entries_[number].due = at;
  due_.push(Due{at, number});
}

bool PolicyTable::is_live(const Entry& entry, WallTime now) {
  return now < wall_of(entry.fetched_at) + Seconds{entry.life};
}

bool PolicyTable::in_use(const Entry& entry, WallTime now) const {
  return now - wall_of(entry.used_at) < kRefreshUnusedFor;
}

}  // namespace strictmx
