#include "store/page_rows.h"

#include <algorithm>
#include <optional>
#include <string>

#include "store/policy_row.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxRowBytes = kMaxPolicyBytes + 1024;
constexpr std::size_t kColumns = 5;

// SQLite file format 1.6: how much of a long row stays on its b-tree page.
constexpr std::size_t kMaxLocal = (kPageBytes - 12) * 64 / 255 - 23;
constexpr std::size_t kMinLocal = (kPageBytes - 12) * 32 / 255 - 23;
constexpr std::size_t kOverflowBytes = kPageBytes - 4;

constexpr unsigned char kInteriorIndex = 2;
constexpr unsigned char kLeafIndex = 10;

// Reads from the front; after a read beyond the end all further ones fail.
class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}

  std::optional<std::uint64_t> big_endian(std::size_t count) {
    const auto octets = take(count);
    if (!octets) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : *octets) number = (number << 8) | static_cast<unsigned char>(c);
    return number;
  }

  std::optional<std::uint64_t> varint() {
    std::uint64_t number = 0;
    for (int i = 0; i < 9; ++i) {
      const auto octet = big_endian(1);
      if (!octet) return std::nullopt;
      if (i == 8) return (number << 8) | *octet;
      number = (number << 7) | (*octet & 0x7f);
      if (*octet < 0x80) return number;
    }
    return number;
  }

  std::optional<std::string_view> take(std::size_t count) {
    if (count > rest_.size()) {
      rest_ = {};
      return std::nullopt;
    }
    const auto front = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return front;
  }

 private:
  std::string_view rest_;
};

std::size_t local_bytes(std::size_t payload) {
  if (payload <= kMaxLocal) return payload;
  const std::size_t fitting = kMinLocal + (payload - kMinLocal) % kOverflowBytes;
  return fitting <= kMaxLocal ? fitting : kMinLocal;
}

// The row's octets; empty when they are not all there.
std::string read_payload(Reader cell, const ReadPage& read_page) {
  const auto length = cell.varint();
  if (!length || *length > kMaxRowBytes) return {};
  const auto local = cell.take(local_bytes(*length));
  if (!local) return {};
  std::string payload(*local);
  auto next = payload.size() < *length ? cell.big_endian(4) : std::nullopt;
  while (payload.size() < *length) {
    if (!next || *next == 0) return {};
    Reader page(read_page(static_cast<std::uint32_t>(*next)));
    next = page.big_endian(4);
    const auto more = page.take(std::min(kOverflowBytes, *length - payload.size()));
    if (!more) return {};
    payload += *more;
  }
  return payload;
}

// SQLite file format 2.1: the serial type says how many octets the column has.
std::optional<std::size_t> column_bytes(std::uint64_t type) {
  constexpr std::size_t kNumbers[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  if (type < std::size(kNumbers)) return kNumbers[type];
  if (type < 12 || type > 2 * kMaxRowBytes) return std::nullopt;
  return (type - 12) / 2;
}

std::int64_t number_of(std::uint64_t type, std::string_view octets) {
  if (type == 8 || type == 9) return type == 9 ? 1 : 0;
  std::uint64_t number = 0;
  if (!octets.empty() && static_cast<unsigned char>(octets[0]) >= 0x80) number = ~number;
  for (const char c : octets) number = (number << 8) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

std::optional<KnownPolicy> parse_record(std::string_view record) {
  Reader start(record);
  const auto header_bytes = start.varint();
  if (!header_bytes || *header_bytes > record.size()) return std::nullopt;
  Reader header(record.substr(0, *header_bytes));
  header.varint();
  Reader columns(record.substr(*header_bytes));
  std::uint64_t types[kColumns];
  std::string_view values[kColumns];
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto type = header.varint();
    if (!type) return std::nullopt;
    const auto bytes = column_bytes(*type);
    if (!bytes) return std::nullopt;
    const auto value = columns.take(*bytes);
    if (!value) return std::nullopt;
    types[i] = *type;
    values[i] = *value;
  }
  auto policy = parse_row({values[0], values[1], values[2], number_of(types[3], values[3]),
                           number_of(types[4], values[4])});
  if (!policy) return std::nullopt;
  return *std::move(policy);
}

}  // namespace

void read_page_rows(std::uint32_t number, const ReadPage& read_page,
                    const std::function<void(KnownPolicy)>& each) {
  const std::string page(read_page(number));  // overflow pages are read in between
  if (page.size() != kPageBytes) return;
  const auto kind = static_cast<unsigned char>(page[0]);
  if (kind != kInteriorIndex && kind != kLeafIndex) return;
  const std::size_t header_bytes = kind == kLeafIndex ? 8 : 12;
  const std::size_t child_bytes = kind == kLeafIndex ? 0 : 4;
  Reader header(page);
  header.take(3);
  const auto cells = header.big_endian(2);
  Reader pointers(page);
  pointers.take(header_bytes);
  for (std::uint64_t i = 0; i < *cells; ++i) {
    const auto at = pointers.big_endian(2);
    if (!at) return;
    if (*at + child_bytes > page.size()) continue;
    const auto record =
        read_payload(Reader(std::string_view(page).substr(*at + child_bytes)), read_page);
    if (auto policy = parse_record(record)) each(*std::move(policy));
  }
}

}  // namespace strictmx
