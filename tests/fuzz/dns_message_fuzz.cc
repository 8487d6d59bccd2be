// DNS messages, from our own resolver library or a forwarder: nothing is read beyond the end, and
// records are only handed out for a question that was asked. The first octet is the type.
#include <string>

#include "base/text.h"
#include "check.h"
#include "net/dns_packet.h"
#include "wire/dns_message.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr RrType kTypes[] = {RrType::txt, RrType::mx, RrType::a, RrType::tlsa, RrType::cname};

void check_packet(const std::string& octets, RrType type) {
  const auto begin = reinterpret_cast<const unsigned char*>(octets.data());
  const auto packet = read_dns_packet({begin, octets.size()}, "a.example", type);
  if (!packet) {
    check(!packet.error().detail.empty(), "an error says where");
    return;
  }
  check(packet->ttl.count() >= 0 && packet->ttl.count() <= 0xffffffffLL, "a TTL of 32 bits");
  check(packet->rdata.size() <= octets.size(), "bounded");
  check(packet->canonical.size() <= 1024 && packet->zone.size() <= 1024, "names are short");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto type = kTypes[data[0] % std::size(kTypes)];
  const std::string octets(fuzz::text(data + 1, size - 1));  // on the heap: overruns are found
  check_packet(octets, type);
  const DnsQuestion question{0x1234, "a.example", 16};
  const auto head = read_dns_reply_head(octets, question);
  if (!head) return 0;
  check(octets.size() >= 12 && octets.starts_with("\x12\x34"), "a reply to our question");
  check(head->rcode < 4096, "12 bits");
  check(head->extended_text.size() <= octets.size(), "a part of the reply");
  return 0;
}
