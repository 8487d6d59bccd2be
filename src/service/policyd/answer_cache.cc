#include "service/policyd/answer_cache.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "wire/netstring.h"

namespace strictmx {

namespace {

// Reasons for deferral are few; should they ever be many, one general wording serves.
constexpr std::size_t kMaxSharedReplies = 256;
constexpr std::size_t kMaxPolicyReplies = 4'000'000;

template <class Record>
Record read(std::span<const char> octets) {
  Record record;
  std::memcpy(&record, octets.data(), sizeof record);
  return record;
}

template <class Record>
std::string_view octets_of(const Record& record) {
  return {reinterpret_cast<const char*>(&record), sizeof record};
}

}  // namespace

std::string socketmap_reply(const MtaAnswer& answer) {
  std::string reply;
  append_netstring(reply, socketmap_payload(answer));
  return reply;
}

AnswerCache::AnswerCache(std::size_t max_negatives, MonoTime start)
    : start_(start), half_(max_negatives / 2 + 1) {
  share(MtaAnswer{MtaStatus::not_found, ""});
  share(MtaAnswer{MtaStatus::temp, "the policy could not be looked up"});
}

std::optional<AnswerCache::Hit> AnswerCache::find(std::string_view key, MonoTime now) {
  const Tick at = tick(now);
  const std::uint64_t place = hash(key);
  if (const std::span<char> found = policies_.find(place, key); found.data() != nullptr) {
    const auto head = read<PolicyHead>(found);
    if (at >= head.drop_at) {
      policies_.erase(place, key);
      return std::nullopt;
    }
    const std::string_view record(found.data(), found.size());
    return Hit{record.substr(sizeof head), head.status, at >= head.refresh_at, head.counting};
  }
  const std::span<char> found = find_plain(place, key);
  if (found.data() == nullptr) return std::nullopt;
  const auto entry = read<PlainEntry>(found);
  if (at >= entry.drop_at) return std::nullopt;
  const SharedReply& shared = replies_[entry.reply];
  return Hit{shared.reply, shared.status, at >= entry.refresh_at, entry.counting};
}

void AnswerCache::put_policy(std::string_view key, const MtaAnswer& answer, Life life) {
  const std::uint64_t place = hash(key);
  erase_plain(place, key);
  const PolicyHead head{tick(life.refresh_at), tick(life.drop_at), answer.status, life.counting};
  std::string record(octets_of(head));
  record += socketmap_reply(answer);
  const bool room = policies_.size() < kMaxPolicyReplies || policies_.find(place, key).data();
  if (room) policies_.put(place, key, record);
}

void AnswerCache::put_plain(std::string_view key, const MtaAnswer& answer, Life life) {
  const std::uint64_t place = hash(key);
  policies_.erase(place, key);
  old_.erase(place, key);
  const PlainEntry entry{tick(life.refresh_at), tick(life.drop_at), share(answer), life.counting};
  remember_plain(place, key, octets_of(entry));
}

void AnswerCache::erase(std::string_view key) {
  const std::uint64_t place = hash(key);
  erase_plain(place, key);
  policies_.erase(place, key);
}

std::span<char> AnswerCache::find_plain(std::uint64_t place, std::string_view key) {
  const std::span<char> young = young_.find(place, key);
  if (young.data() != nullptr) return young;
  const std::span<char> old = old_.find(place, key);
  if (old.data() == nullptr) return old;
  const auto entry = read<PlainEntry>(old);
  old_.erase(place, key);
  remember_plain(place, key, octets_of(entry));
  return young_.find(place, key);
}

void AnswerCache::remember_plain(std::uint64_t place, std::string_view key,
                                 std::span<const char> entry) {
  if (young_.size() >= half_) old_ = std::exchange(young_, {});
  young_.put(place, key, entry);
}

void AnswerCache::erase_plain(std::uint64_t place, std::string_view key) {
  young_.erase(place, key);
  old_.erase(place, key);
}

AnswerCache::Tick AnswerCache::tick(MonoTime when) const {
  const auto seconds = std::chrono::floor<Seconds>(when - start_).count();
  return static_cast<Tick>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<Tick>::max()));
}

std::uint16_t AnswerCache::share(const MtaAnswer& answer) {
  const std::string reply = socketmap_reply(answer);
  const auto known = std::find_if(replies_.begin(), replies_.end(),
                                  [&](const SharedReply& r) { return r.reply == reply; });
  if (known != replies_.end()) return static_cast<std::uint16_t>(known - replies_.begin());
  if (replies_.size() >= kMaxSharedReplies) return answer.status == MtaStatus::not_found ? 0 : 1;
  replies_.push_back(SharedReply{reply, answer.status});
  return static_cast<std::uint16_t>(replies_.size() - 1);
}

}  // namespace strictmx
