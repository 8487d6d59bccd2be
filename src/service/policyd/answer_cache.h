// service/policyd/answer_cache.h: finished replies by next-hop key. Replies that rest on
// a policy are kept until the policy ends and are never evicted by others; everything else
// (no policy, deferrals) shares a bounded map, so that unknown names cannot push out known ones.
// That map has two generations of half its limit each: an entry comes back to the young one when
// it is used; when the young one is full, the old one is dropped whole.
// An answer past its refresh time is still given while a look-up renews it: it is not weaker than
// what it was, and nobody waits. Limit of the first kind: 4,000,000 replies, further ones are not
// remembered. For one thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.h"
#include "base/time.h"
#include "core/mta_answer.h"
#include "service/policyd/packed_map.h"

namespace strictmx {

// A reply as it goes over the wire: the netstring of socketmap_payload(answer).
std::string socketmap_reply(const MtaAnswer& answer);

// Whether answers are counted for TLS reports: their look-up found a failure.
enum class Counting : std::uint8_t { off, on };

class AnswerCache {
 public:
  AnswerCache(std::size_t max_negatives, MonoTime start);

  struct Hit {
    std::string_view reply;  // valid until the next call of any member
    MtaStatus status;
    bool refresh;  // a look-up is due
    Counting counting;
  };
  std::optional<Hit> find(std::string_view key, MonoTime now);

  struct Life {
    MonoTime refresh_at;
    MonoTime drop_at;
    Counting counting = Counting::off;
  };
  // An answer that rests on a live policy.
  void put_policy(std::string_view key, const MtaAnswer& answer, Life life);
  // Any other answer.
  void put_plain(std::string_view key, const MtaAnswer& answer, Life life);

  void erase(std::string_view key);

  std::size_t policies() const { return policies_.size(); }
  std::size_t plain() const { return young_.size() + old_.size(); }

 private:
  // Seconds since start_, so that an entry is small.
  using Tick = std::uint32_t;
  struct PolicyHead {  // before the reply
    Tick refresh_at;
    Tick drop_at;
    MtaStatus status;
    Counting counting;
  };
  struct PlainEntry {
    Tick refresh_at;
    Tick drop_at;
    std::uint16_t reply;  // index into replies_
    Counting counting;
  };
  struct SharedReply {
    std::string reply;
    MtaStatus status;
  };
  std::uint64_t hash(std::string_view key) const { return keyed_hash(key, hash_key_); }
  std::span<char> find_plain(std::uint64_t hash, std::string_view key);
  void remember_plain(std::uint64_t hash, std::string_view key, std::span<const char> entry);
  void erase_plain(std::uint64_t hash, std::string_view key);
  Tick tick(MonoTime when) const;
  std::uint16_t share(const MtaAnswer& answer);

  HashKey hash_key_ = HashKey::random();
  MonoTime start_;
  std::size_t half_;  // of the negatives: what one generation holds
  PackedMap policies_;
  PackedMap young_;
  PackedMap old_;
  std::vector<SharedReply> replies_;  // at most kMaxSharedReplies; the last is the general one
};

}  // namespace strictmx
