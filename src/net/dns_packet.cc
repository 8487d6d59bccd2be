#include "net/dns_packet.h"

#include <arpa/nameser.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace strictmx {
namespace {

using Octets = std::span<const unsigned char>;

constexpr unsigned kMaxAliases = 16;

struct Record {
  std::string owner;  // as the C library prints names: no final dot, odd octets escaped
  unsigned type = 0;
  Seconds ttl{0};
  Octets rdata;
};

std::unexpected<Error> malformed(std::string_view where) {
  return fail(Errc::syntax, fmt::format("{}: malformed", where));
}

// Goes through a message from its header on. Names are expanded by the C library, which checks
// their pointers against the whole message.
class Reader {
 public:
  explicit Reader(Octets message) : message_(message) {}

  bool skip(std::size_t count) {
    if (count > message_.size() - at_) return false;
    at_ += count;
    return true;
  }
  std::optional<std::uint16_t> number16() {
    if (!skip(2)) return std::nullopt;
    return static_cast<std::uint16_t>(message_[at_ - 2] << 8U | message_[at_ - 1]);
  }
  std::optional<std::string> name() {
    std::array<char, NS_MAXDNAME> text{};
    const int used = ns_name_uncompress(message_.data(), message_.data() + message_.size(),
                                        message_.data() + at_, text.data(), text.size());
    if (used < 0 || !skip(static_cast<std::size_t>(used))) return std::nullopt;
    return ascii_lower(text.data());
  }
  std::optional<Record> record() {
    Record record;
    auto owner = name();
    const auto type = number16();
    const auto record_class = number16();
    const auto ttl_high = number16();
    const auto ttl_low = number16();
    const auto length = number16();
    if (!owner || !length || !skip(*length)) return std::nullopt;
    record.owner = std::move(*owner);
    record.type = *record_class == ns_c_in ? *type : 0;
    const auto ttl = static_cast<std::uint32_t>(*ttl_high) << 16U | *ttl_low;
    record.ttl = Seconds(ttl > 0x7fffffffU ? 0 : ttl);  // RFC 2181 §8
    record.rdata = message_.subspan(at_ - *length, *length);
    return record;
  }
  Result<std::vector<Record>> records(unsigned count) {
    std::vector<Record> found;
    for (unsigned i = 0; i < count; ++i) {
      auto next = record();
      if (!next) return malformed(fmt::format("offset {}: record", at_));
      found.push_back(std::move(*next));
    }
    return found;
  }

 private:
  Octets message_;
  std::size_t at_ = 0;
};

struct Message {
  unsigned rcode = 0;
  std::vector<Record> answer;
  std::vector<Record> authority;
};

Result<Message> read_message(Octets octets) {
  Reader reader(octets);
  Message message;
  reader.skip(2);
  const auto flags = reader.number16();
  const auto questions = reader.number16();
  const auto answers = reader.number16();
  const auto authorities = reader.number16();
  if (!authorities || !reader.skip(2)) return malformed("header");
  message.rcode = *flags & 0xfU;
  for (unsigned i = 0; i < *questions; ++i) {
    const auto name = reader.name();
    if (!name || !reader.skip(4)) return malformed("question");
  }
  auto answer = reader.records(*answers);
  if (!answer) return std::unexpected(answer.error());
  auto authority = reader.records(*authorities);
  if (!authority) return std::unexpected(authority.error());
  message.answer = std::move(*answer);
  message.authority = std::move(*authority);
  return message;
}

std::optional<std::string> read_name(Octets message, const unsigned char* at) {
  std::array<char, NS_MAXDNAME> text{};
  const int used = ns_name_uncompress(message.data(), message.data() + message.size(), at,
                                      text.data(), text.size());
  if (used < 0) return std::nullopt;
  return ascii_lower(text.data());
}

// Octets in front of the one name that the data of some types ends with, and which may be
// compressed (RFC 1035 §3.3).
std::optional<std::size_t> octets_before_name(unsigned type) {
  if (type == ns_t_mx) return 2;
  if (type == ns_t_ns || type == ns_t_cname) return 0;
  return std::nullopt;
}

std::optional<std::string> read_rdata(Octets message, const Record& record) {
  const auto* const data = record.rdata.data();
  const auto before = octets_before_name(record.type);
  if (!before) return std::string(reinterpret_cast<const char*>(data), record.rdata.size());
  if (record.rdata.size() <= *before) return std::nullopt;
  std::array<unsigned char, NS_MAXCDNAME> name{};
  if (ns_name_unpack(message.data(), message.data() + message.size(), data + *before, name.data(),
                     name.size()) < 0)
    return std::nullopt;
  const unsigned char* end = name.data();
  if (ns_name_skip(&end, name.data() + name.size()) != 0) return std::nullopt;
  std::string plain(reinterpret_cast<const char*>(data), *before);
  return plain.append(reinterpret_cast<const char*>(name.data()),
                      static_cast<std::size_t>(end - name.data()));
}

// The smaller of the SOA's own TTL and its MINIMUM field (RFC 2308 §5).
std::optional<Seconds> negative_ttl(const std::vector<Record>& authority) {
  for (const auto& record : authority) {
    if (record.type != ns_t_soa) continue;
    const unsigned char* at = record.rdata.data();
    const unsigned char* const end = at + record.rdata.size();
    if (ns_name_skip(&at, end) != 0 || ns_name_skip(&at, end) != 0 || end - at < 20)
      return std::nullopt;
    const unsigned char* const minimum = at + 16;
    const auto seconds = static_cast<std::uint32_t>(minimum[0]) << 24U |
                         static_cast<std::uint32_t>(minimum[1]) << 16U |
                         static_cast<std::uint32_t>(minimum[2]) << 8U | minimum[3];
    return std::min(record.ttl, Seconds(seconds));
  }
  return std::nullopt;
}

std::uint32_t number32(const unsigned char* at) {
  return static_cast<std::uint32_t>(at[0]) << 24U | static_cast<std::uint32_t>(at[1]) << 16U |
         static_cast<std::uint32_t>(at[2]) << 8U | at[3];
}

std::ptrdiff_t labels_of(std::string_view name) {
  return name.empty() || name == "." ? 0 : std::ranges::count(name, '.') + 1;
}

// What the signatures that came along say (RFC 4034 §3.1).
void note_signatures(const Message& message, const std::string& owner, RrType type,
                     DnsPacket& packet) {
  constexpr std::size_t kFixed = 18;
  const auto note = [&](const Record& record) {
    if (record.type != ns_t_rrsig || record.rdata.size() < kFixed) return;
    const auto* const data = record.rdata.data();
    const auto expires = WallTime(Seconds(number32(data + 8)));
    packet.signed_until = packet.signed_until ? std::min(*packet.signed_until, expires) : expires;
    const auto covered = static_cast<unsigned>(data[0] << 8U | data[1]);
    if (covered == static_cast<unsigned>(type) && record.owner == owner)
      packet.wildcard = data[3] < labels_of(owner);
  };
  std::ranges::for_each(message.answer, note);
  std::ranges::for_each(message.authority, note);
  for (const auto& record : message.authority) {
    if (record.type == ns_t_soa) packet.zone = record.owner;
  }
}

}  // namespace

Result<DnsPacket> read_dns_packet(Octets octets, std::string_view name, RrType type) {
  if (octets.size() > 65535) return malformed("length");
  const auto message = read_message(octets);
  if (!message) return std::unexpected(message.error());
  const auto& answer = message->answer;

  DnsPacket packet;
  packet.rcode = message->rcode;
  std::optional<Seconds> ttl;
  const auto lower_ttl = [&](Seconds other) { ttl = ttl ? std::min(*ttl, other) : other; };
  std::string owner = ascii_lower(name);
  for (unsigned step = 0; step < kMaxAliases && type != RrType::cname; ++step) {
    const auto alias = std::ranges::find_if(answer, [&](const Record& record) {
      return record.type == ns_t_cname && record.owner == owner;
    });
    if (alias == answer.end()) break;
    const auto target = read_name(octets, alias->rdata.data());
    if (!target) return malformed("CNAME");
    owner = *target;
    packet.canonical = owner;
    lower_ttl(alias->ttl);
  }
  for (const auto& record : answer) {
    if (record.type != static_cast<unsigned>(type) || record.owner != owner) continue;
    auto rdata = read_rdata(octets, record);
    if (!rdata) return malformed("record data");
    packet.rdata.push_back(std::move(*rdata));
    lower_ttl(record.ttl);
  }
  note_signatures(*message, owner, type, packet);
  if (packet.rdata.empty()) lower_ttl(negative_ttl(message->authority).value_or(Seconds(0)));
  packet.ttl = ttl.value_or(Seconds(0));
  return packet;
}

}  // namespace strictmx
