// core/check/rules_at_address.h: rules of strictmx check that look at one address of an MX host.
// What all addresses of a host show alike is one finding about the host, not one for each address.
// Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/check_view.h"
#include "core/check/finding.h"

namespace strictmx {

struct AddressCase {
  const CheckView& view;
  const MxHostFacts& host;
  const SmtpAddressFacts& seen;

  const TlsFacts& tls() const { return seen.dialogue.tls; }
  const ChainFacts& chain() const { return seen.dialogue.tls.chain; }
  // The name a certificate must have; the one in the MX record.
  std::string name() const { return host.host ? host.host->text() : host.name; }
};

// What a rule found at one address.
struct AddressHit {
  std::string evidence;
  std::string fix = {};
  std::optional<Severity> severity = {};  // where the rule knows better than the catalogue
};

enum class Blocks : std::uint8_t {
  no,
  // Whoever demands TLS cannot deliver: critical as well where TLSA records demand it.
  tls,
};

struct RuleAtAddress {
  std::string_view id;
  Blocks blocks;
  std::optional<AddressHit> (*look)(const AddressCase& at);
};

// Applies each rule to every address of every host.
void apply_at_addresses(const CheckView& view, std::span<const RuleAtAddress> rules,
                        Findings& findings);

// RFC 7672 §2.2: senders that follow it go by the TLSA records of this host.
bool dane_counts(const CheckView& view, const MxHostFacts& host);
// They also demand TLS where all of its records are unusable.
bool dane_demands_tls(const CheckView& view, const MxHostFacts& host);

// "mx1.example.com [192.0.2.1]"
std::string object_of(const MxHostFacts& host, const SmtpAddressFacts& seen);

// The host's name as it may be printed.
std::string object_of(const MxHostFacts& host);

bool connected(const SmtpAddressFacts& seen);

// The line of main.cf that gives a host its key and the whole chain, as certbot lays them down.
std::string postfix_chain_line(std::string_view host);

// "554 5.7.1 go away", escaped.
std::string quote(const SmtpReply& reply);
std::string quote(std::string_view remote);

}  // namespace strictmx
