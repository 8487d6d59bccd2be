// core/check/parts_of_dane.h: the parts of check_dane(), each a file, and what they share. Pure.
#pragma once
#include <cstdint>
#include <string>

#include "core/check/check_view.h"
#include "core/check/finding.h"

namespace strictmx {

constexpr std::size_t kShownRecords = 4;  // of a host; how many more is said
constexpr std::uint8_t kDaneTa = 2;       // certificate usages, RFC 7671 §5
constexpr std::uint8_t kDaneEe = 3;

void check_dnssec(const CheckView& view, Findings& findings);        // dnssec-*
void check_tlsa_records(const CheckView& view, Findings& findings);  // dane-*: as published
void check_tlsa_matches(const CheckView& view, Findings& findings);  // dane-*: against the servers

// Answers that are not secure mean something only where the resolver validates at all.
bool resolver_validates(const CheckView& view);

// "_25._tcp.mx1.example.com", where the records of the host are or belong.
std::string tlsa_owner(const MxHostFacts& host);

// "_25._tcp.mx1.example.com. IN TLSA 3 1 1 ABCD..."; data beyond a digest is cut.
std::string tlsa_line(const MxHostFacts& host, const TlsaRecord& record);
std::string tlsa_line(const MxHostFacts& host, const CertificateFacts& leaf);  // 3 1 1

// "3 1 1 ABCD..."
std::string shown(const TlsaRecord& record);

}  // namespace strictmx
