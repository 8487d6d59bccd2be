// core/check/dns_facts.h: what DNS says about the names around one mail domain, as values with more
// detail than a sender needs. Filled by service/check; judged by the rules of strictmx check. An
// absent DnsMeta is a question that was not asked: pointless after an earlier answer, or switched
// off. A DnsMeta tells failures from absence.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dns_answer.h"
#include "core/ip_address.h"
#include "core/tlsa_record.h"

namespace strictmx {

// TXT records at one name.
struct TxtFacts {
  std::string name;  // the question
  std::optional<DnsMeta> meta;
  std::vector<std::vector<std::string>> records;  // the character-strings of each record

  // Each record as a sender reads it: its strings joined without blanks (RFC 8461 §3.1).
  std::vector<std::string> joined() const;
};

// The addresses of one name, each family with its own fate.
struct NameFacts {
  std::string name;
  std::optional<DnsMeta> v6;
  std::optional<DnsMeta> v4;
  std::vector<IpAddress> addresses;  // IPv6 and IPv4 interleaved
  std::optional<DnsMeta> alias;      // of a CNAME record at the name itself
};

struct TlsaFacts {
  std::string base;  // the records are those of _25._tcp.<base>
  DnsMeta meta;
  std::vector<TlsaRecord> records;
  // Another type at the same owner: an insecure "no such name" beside secure TLSA records comes
  // from a broken signer.
  std::optional<DnsMeta> sibling;
};

// One DS or DNSKEY record.
struct KeyRecordFacts {
  std::uint16_t tag = 0;         // of a DS
  std::uint16_t flags = 0;       // of a DNSKEY
  std::uint8_t algorithm = 0;    // IANA number
  std::uint8_t digest_type = 0;  // of a DS
};

// The zone that holds the mail domain.
struct ZoneFacts {
  std::string apex;  // owner of the nearest SOA; empty: unknown
  std::optional<DnsMeta> soa;
  std::optional<DnsMeta> ns;
  std::vector<NameFacts> name_servers;
  std::optional<DnsMeta> ds;
  std::vector<KeyRecordFacts> ds_records;
  std::optional<DnsMeta> dnskey;
  std::vector<KeyRecordFacts> keys;
  std::optional<DnsMeta> nsec3param;
  std::optional<unsigned> nsec3_iterations;
};

struct CaaRecordFacts {
  std::uint8_t flags = 0;
  std::string tag;  // lower case
  std::string value;
};

// The nearest CAA RRset above a name (RFC 8659 §3).
struct CaaFacts {
  std::string name;             // asked for
  std::string owner;            // where it was found; empty: nowhere
  std::optional<DnsMeta> meta;  // of the last question
  std::vector<CaaRecordFacts> records;
};

}  // namespace strictmx
