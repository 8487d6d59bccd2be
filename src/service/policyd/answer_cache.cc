#include "service/policyd/answer_cache.h"

#include <algorithm>
#include <limits>

#include "wire/netstring.h"

namespace strictmx {

namespace {

// Reasons for deferral are few; should they ever be many, one general wording serves.
constexpr std::size_t kMaxSharedReplies = 256;

}  // namespace

std::string socketmap_reply(const MtaAnswer& answer) {
  std::string reply;
  append_netstring(reply, socketmap_payload(answer));
  return reply;
}

AnswerCache::AnswerCache(std::size_t max_negatives, MonoTime start)
    : start_(start), plain_(max_negatives) {
  share(MtaAnswer{MtaStatus::not_found, ""});
  share(MtaAnswer{MtaStatus::temp, "the policy could not be looked up"});
}

std::optional<AnswerCache::Hit> AnswerCache::find(std::string_view key, MonoTime now) {
  const Tick at = tick(now);
  if (const auto entry = policies_.find(key); entry != policies_.end()) {
    if (at >= entry->second.drop_at) {
      policies_.erase(entry);
      return std::nullopt;
    }
    return Hit{entry->second.reply, entry->second.status, at >= entry->second.refresh_at};
  }
  const PlainEntry* entry = plain_.find(key);
  if (entry == nullptr || at >= entry->drop_at) return std::nullopt;
  const SharedReply& shared = replies_[entry->reply];
  return Hit{shared.reply, shared.status, at >= entry->refresh_at};
}

void AnswerCache::put_policy(std::string_view key, const MtaAnswer& answer, Life life) {
  plain_.erase(key);
  policies_.insert_or_assign(
      std::string(key), PolicyEntry{socketmap_reply(answer), answer.status, tick(life.refresh_at),
                                    tick(life.drop_at)});
}

void AnswerCache::put_plain(std::string_view key, const MtaAnswer& answer, Life life) {
  if (const auto entry = policies_.find(key); entry != policies_.end()) policies_.erase(entry);
  plain_.put(key, PlainEntry{tick(life.refresh_at), tick(life.drop_at), share(answer)});
}

void AnswerCache::erase(std::string_view key) {
  plain_.erase(key);
  if (const auto entry = policies_.find(key); entry != policies_.end()) policies_.erase(entry);
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
