// core/check/rule_evidence.h: what the rules of strictmx check say in common: records to publish,
// names and remote text in print, and which of the probed addresses count. Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/check/check_view.h"
#include "core/check/finding.h"

namespace strictmx {

constexpr Seconds kDay{86400};

// In quotes, escaped, cut after `limit` octets.
std::string quoted(std::string_view remote, std::size_t limit = 120);

// The addresses joined with ", ".
std::string address_list(std::span<const IpAddress> addresses);

// A web page, JSON or XML: no policy at all.
bool is_page(std::string_view body);

// An id that no sender has seen yet, made from the time: "20261126T190000".
std::string fresh_id(WallTime when);

// "_mta-sts.example.com. IN TXT "v=STSv1; id=20261126T190000;"", with a fresh id.
std::string fresh_sts_record(const CheckFacts& facts);

// "_mta-sts.example.com. IN TXT ..." is the second step of every change of the policy.
std::string with_fresh_record(const CheckFacts& facts, std::string policy_lines);

// "example.com. IN MX 10 mx1.example.com."; `exchange` without final dot.
std::string mx_line(std::string_view domain, unsigned preference, std::string_view exchange);

// No address record of either family, and no failure on the way to that answer.
bool has_no_address(const NameFacts& name);
bool does_not_exist(const NameFacts& name);
bool look_up_failed(const NameFacts& name);

// The name at the end of the CNAME chain; the name itself without one.
std::string final_name(const NameFacts& name);

// Whether anybody may register the domain that `name` is in, by the zone that denied it: that of a
// top-level domain, and another branch of it than the checked domain's.
bool is_free_to_register(std::string_view name, const NameFacts& facts, const Domain& checked);

// Nobody outside can use the address. Private ones are left out where the probe was allowed to go
// to such addresses: then the check is about a private network.
bool is_wrongly_special(const CheckView& view, const IpAddress& address);

// The domain says that it takes no mail (RFC 7505 §3).
bool is_null_mx(const MxAnswer& mx);

// Our own resolver cannot even answer about the top-level domain: nobody else is to blame.
bool own_resolver_failed(const CheckFacts& facts);

// How near the end of a certificate is, by its own length: warning in the last quarter, error in
// the last tenth; automatic renewal comes before, at a third. Absent: not near, or over.
std::optional<Severity> severity_of_expiry(const CertificateFacts& certificate, WallTime now);

// "ends on 2026-12-01, in 5 of 90 days".
std::string expiry_text(const CertificateFacts& certificate, WallTime now);

}  // namespace strictmx
