#include "wire/dns_message.h"

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::uint16_t kOptionExtendedError = 15;

// Flags of the header, RFC 1035 §4.1.1 and RFC 4035 §3.1.6, §3.2.3.
constexpr std::uint16_t kReply = 0x8000;
constexpr std::uint16_t kOpcode = 0x7800;
constexpr std::uint16_t kTruncated = 0x0200;
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kAuthentic = 0x0020;
constexpr std::uint16_t kDnssecOk = 0x8000;  // in the TTL field of OPT, RFC 3225 §3

std::string u16(std::uint16_t value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}

Result<std::string> format_name(std::string_view name) {
  std::string wire;
  for (const auto label : split(name, '.')) {
    if (label.empty() || label.size() > kMaxLabelBytes) {
      return fail(Errc::syntax, fmt::format("a label of {} octets", label.size()));
    }
    wire += static_cast<char>(label.size());
    wire += label;
  }
  wire += '\0';
  if (wire.size() > kMaxNameBytes) return fail(Errc::syntax, "a name of over 255 octets");
  return wire;
}

// Goes through a message; once something is missing, everything after is.
class Cursor {
 public:
  explicit Cursor(std::string_view message) : message_(message) {}

  bool good() const { return good_; }
  std::string_view take(std::size_t count) {
    if (!good_ || count > message_.size() - at_) {
      good_ = false;
      return {};
    }
    at_ += count;
    return message_.substr(at_ - count, count);
  }
  std::uint16_t number16() {
    const auto two = take(2);
    if (two.size() < 2) return 0;
    return static_cast<std::uint16_t>(static_cast<unsigned char>(two[0]) << 8U |
                                      static_cast<unsigned char>(two[1]));
  }
  std::uint32_t number32() {
    const std::uint32_t high = number16();
    return high << 16U | number16();
  }
  // RFC 1035 §4.1.4: ends at the root or at a pointer, which is not followed.
  void skip_name() {
    for (;;) {
      const auto length = take(1);
      if (length.empty()) return;
      const auto octet = static_cast<unsigned char>(length[0]);
      if (octet == 0) return;
      if (octet >= 0xc0) {
        take(1);
        return;
      }
      if (octet > kMaxLabelBytes) good_ = false;
      take(octet);
    }
  }

 private:
  std::string_view message_;
  std::size_t at_ = 0;
  bool good_ = true;
};

// RFC 6891 §6.1.2, RFC 8914 §2.
void read_options(std::string_view rdata, DnsReplyHead& head) {
  Cursor options(rdata);
  while (options.good()) {
    const std::uint16_t code = options.number16();
    const auto data = options.take(options.number16());
    if (!options.good() || code != kOptionExtendedError || data.size() < 2) continue;
    Cursor error(data);
    head.extended_error = error.number16();
    head.extended_text = data.substr(2);
    return;
  }
}

// The OPT record is looked for behind all others, as far as they can be read.
void read_edns(Cursor& message, unsigned records, DnsReplyHead& head) {
  for (unsigned i = 0; i < records; ++i) {
    message.skip_name();
    const std::uint16_t type = message.number16();
    message.number16();
    const std::uint32_t ttl = message.number32();
    const auto rdata = message.take(message.number16());
    if (!message.good()) return;
    if (type != kTypeOpt) continue;
    head.rcode |= (ttl >> 24U) << 4U;
    read_options(rdata, head);
    return;
  }
}

}  // namespace

Result<std::string> format_dns_query(const DnsQuestion& question) {
  const auto name = format_name(question.name);
  if (!name) return name;
  std::string query = u16(question.id) + u16(kRecursionDesired | kAuthentic);
  query += u16(1) + u16(0) + u16(0) + u16(1);
  query += *name + u16(question.type) + u16(kClassIn);
  query += std::string(1, '\0') + u16(kTypeOpt) + u16(kDnsUdpBytes);
  query += u16(0) + u16(kDnssecOk) + u16(0);
  return query;
}

std::optional<DnsReplyHead> read_dns_reply_head(std::string_view reply,
                                                const DnsQuestion& question) {
  Cursor message(reply);
  const std::uint16_t id = message.number16();
  const std::uint16_t flags = message.number16();
  const std::uint16_t questions = message.number16();
  unsigned records = message.number16();
  records += message.number16();
  records += message.number16();
  if (!message.good() || id != question.id || questions != 1) return std::nullopt;
  if ((flags & kReply) == 0 || (flags & kOpcode) != 0) return std::nullopt;
  const auto name = format_name(question.name);
  if (!name) return std::nullopt;
  const auto asked = message.take(name->size());
  const std::uint16_t type = message.number16();
  const std::uint16_t record_class = message.number16();
  if (!message.good() || !equals_ignore_case(asked, *name)) return std::nullopt;
  if (type != question.type || record_class != kClassIn) return std::nullopt;
  DnsReplyHead head;
  head.rcode = flags & 0xfU;
  head.truncated = (flags & kTruncated) != 0;
  head.authentic = (flags & kAuthentic) != 0;
  read_edns(message, records, head);
  return head;
}

bool is_bogus(unsigned extended_error) { return extended_error >= 6 && extended_error <= 12; }

}  // namespace strictmx
