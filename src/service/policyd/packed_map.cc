#include "service/policyd/packed_map.h"

#include <algorithm>

namespace strictmx {

namespace {

constexpr std::size_t kMaxKey = 255;
constexpr std::size_t kMaxRecord = (std::size_t{1} << 24) - 1;
constexpr std::size_t kFirstSlots = 8;
constexpr std::size_t kFirstOctets = 256;
constexpr std::size_t kTidyFrom = 4096;  // less garbage is not worth the work

}  // namespace

bool PackedMap::put(std::uint64_t hash, std::string_view key, std::span<const char> record) {
  bool added = false;
  if (key.size() > kMaxKey || record.size() > kMaxRecord) {
    erase(hash, key);
    return false;
  }
  const bool stored = table(hash).put(place_of(hash), key, record, added);
  if (!stored) erase(hash, key);
  if (added) ++size_;
  return stored;
}

bool PackedMap::erase(std::uint64_t hash, std::string_view key) {
  const bool erased = table(hash).erase(place_of(hash), key);
  if (erased) --size_;
  return erased;
}

std::size_t PackedMap::octets() const {
  std::size_t sum = sizeof *this + tables_.capacity() * sizeof(Table);
  for (const Table& table : tables_) sum += table.capacity();
  return sum;
}

bool PackedMap::Table::put(Place place, std::string_view key, std::span<const char> record,
                           bool& added) {
  if (Slot* known = locate(place, key)) {
    const std::span<char> old = record_at(known->offset);
    if (old.size() == record.size()) {
      std::ranges::copy(record, old.begin());
      return true;
    }
    std::uint32_t offset = 0;
    if (!append(key, record, offset)) return false;
    garbage_ += octets_at(known->offset);
    known->offset = offset;
    if (garbage_ > kTidyFrom && garbage_ > octets_.size() / 2) tidy();
    return true;
  }
  if (slots_.empty() || (used_ + 1) * 4 > slots_.size() * 3) grow();
  Slot slot{place, 0};
  if (!append(key, record, slot.offset)) return false;
  insert(slot);
  ++used_;
  added = true;
  return true;
}

// Closes the gap, so that no search ends too early: what follows moves up if it may.
bool PackedMap::Table::erase(Place place, std::string_view key) {
  Slot* const slot = locate(place, key);
  if (slot == nullptr) return false;
  garbage_ += octets_at(slot->offset);
  auto gap = static_cast<std::size_t>(slot - slots_.data());
  for (std::size_t i = (gap + 1) & mask(); slots_[i].offset != kFree; i = (i + 1) & mask()) {
    const std::size_t from_home = (i - slots_[i].place) & mask();
    if (from_home < ((i - gap) & mask())) continue;  // its home is behind the gap
    slots_[gap] = slots_[i];
    gap = i;
  }
  slots_[gap] = Slot{};
  --used_;
  if (garbage_ > kTidyFrom && garbage_ > octets_.size() / 2) tidy();
  return true;
}

bool PackedMap::Table::append(std::string_view key, std::span<const char> record,
                              std::uint32_t& offset) {
  const std::size_t needed = octets_.size() + kHead + key.size() + record.size();
  if (needed >= kFree) return false;
  if (needed > octets_.capacity()) {  // by a quarter: less to spare than by doubling
    octets_.reserve(std::max({needed, octets_.capacity() + octets_.capacity() / 4, kFirstOctets}));
  }
  offset = static_cast<std::uint32_t>(octets_.size());
  const auto head = static_cast<std::uint32_t>(key.size() | record.size() << 8);
  const auto* const head_octets = reinterpret_cast<const char*>(&head);
  octets_.insert(octets_.end(), head_octets, head_octets + kHead);
  octets_.insert(octets_.end(), key.begin(), key.end());
  octets_.insert(octets_.end(), record.begin(), record.end());
  return true;
}

void PackedMap::Table::insert(Slot slot) {
  std::size_t i = slot.place & mask();
  while (slots_[i].offset != kFree) i = (i + 1) & mask();
  slots_[i] = slot;
}

void PackedMap::Table::grow() {
  std::vector<Slot> old(std::max(slots_.size() * 2, kFirstSlots));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.offset != kFree) insert(slot);
  }
}

// Copies what is alive together.
void PackedMap::Table::tidy() {
  std::vector<char> packed;
  packed.reserve(octets_.size() - garbage_);
  for (Slot& slot : slots_) {
    if (slot.offset == kFree) continue;
    const auto begin = octets_.begin() + slot.offset;
    const auto size = static_cast<std::ptrdiff_t>(octets_at(slot.offset));
    slot.offset = static_cast<std::uint32_t>(packed.size());
    packed.insert(packed.end(), begin, begin + size);
  }
  octets_.swap(packed);
  garbage_ = 0;
}

}  // namespace strictmx
