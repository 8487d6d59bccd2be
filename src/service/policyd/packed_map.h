// service/policyd/packed_map.h: texts of up to 255 octets to records of octets, tightly: 8 octets
// of table per entry (12 to 21 with its free places) and 4 beside key and record; no allocation per
// entry, so that a million of them can be dropped at once.
// Made of 256 small tables, by the hash: growing or tidying one of them is what the longest
// operation does, and others never wait for it. Of replaced and erased records at most half of a
// table's octets are kept.
// Limits: 2^24 octets a record; 2^32 octets in one of the 256 tables, more are not stored.
// For one thread.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace strictmx {

class PackedMap {
 public:
  // `hash` is keyed_hash(key) everywhere, with the same key in all calls.
  // The record; null data when unknown. Valid until the next put() or erase().
  std::span<char> find(std::uint64_t hash, std::string_view key) {
    return table(hash).find(place_of(hash), key);
  }

  // Replaces. False: key or record too long, or the table full; then there is no such entry.
  bool put(std::uint64_t hash, std::string_view key, std::span<const char> record);

  bool erase(std::uint64_t hash, std::string_view key);

  std::size_t size() const { return size_; }

  // What all of it takes, free places included. Walks the 256 tables.
  std::size_t octets() const;

 private:
  using Place = std::uint32_t;  // low half of the hash

  class Table {
   public:
    std::span<char> find(Place place, std::string_view key) {
      const Slot* slot = locate(place, key);
      return slot == nullptr ? std::span<char>() : record_at(slot->offset);
    }
    bool put(Place place, std::string_view key, std::span<const char> record, bool& added);
    bool erase(Place place, std::string_view key);
    std::size_t capacity() const { return slots_.capacity() * sizeof(Slot) + octets_.capacity(); }

   private:
    struct Slot {
      Place place = 0;
      std::uint32_t offset = kFree;
    };
    static constexpr std::uint32_t kFree = UINT32_MAX;
    static constexpr std::size_t kHead = 4;  // key size, record size in 3 octets

    std::uint32_t head_at(std::uint32_t offset) const {
      std::uint32_t head;
      std::memcpy(&head, octets_.data() + offset, sizeof head);
      return head;
    }
    std::string_view key_at(std::uint32_t offset) const {
      return {octets_.data() + offset + kHead, head_at(offset) & 255};
    }
    std::span<char> record_at(std::uint32_t offset) {
      const std::uint32_t head = head_at(offset);
      return {octets_.data() + offset + kHead + (head & 255), head >> 8};
    }
    std::size_t octets_at(std::uint32_t offset) const {
      const std::uint32_t head = head_at(offset);
      return kHead + (head & 255) + (head >> 8);
    }
    Slot* locate(Place place, std::string_view key) {
      if (slots_.empty()) return nullptr;
      for (std::size_t i = place & mask();; i = (i + 1) & mask()) {
        Slot& slot = slots_[i];
        if (slot.offset == kFree) return nullptr;
        if (slot.place == place && key_at(slot.offset) == key) return &slot;
      }
    }
    std::size_t mask() const { return slots_.size() - 1; }
    bool append(std::string_view key, std::span<const char> record, std::uint32_t& offset);
    void insert(Slot slot);
    void grow();
    void tidy();

    std::vector<Slot> slots_;   // open addressing, at most three quarters full
    std::vector<char> octets_;  // head, key, record, one after the other
    std::size_t used_ = 0;      // slots
    std::size_t garbage_ = 0;   // octets of entries that are no more
  };

  static Place place_of(std::uint64_t hash) { return static_cast<Place>(hash); }
  Table& table(std::uint64_t hash) { return tables_[hash >> 56]; }

  static constexpr std::size_t kTables = 256;
  std::vector<Table> tables_{kTables};
  std::size_t size_ = 0;
};

}  // namespace strictmx
