// net/dns_stub.h: a DnsClient that leaves recursion and validation to a resolver nearby, and takes
// its AD bit for the DNSSEC status (RFC 6840 §5.8). libunbound does not hand on a forwarder's AD
// bit. The bit is worth what the way to the resolver is: servers must be on the loopback address
// unless the options say otherwise (RFC 7672 §2.1.1). A validating resolver answers SERVFAIL to
// what is bogus: bogus when it says so by an extended error (RFC 8914), else servfail; neither is
// ever "no record" (RFC 7672 §2.1.1). Nothing is remembered; the resolver does that. Limits: 1024
// questions at once (more answer servfail at once), each tried four times at each server, for 1, 2,
// 4 and 8 s.
#pragma once
#include <memory>

#include "net/dns_client.h"

namespace strictmx {

// Errors: Errc::usage (no server, one that is no address, one that is not on loopback).
Result<std::unique_ptr<DnsClient>> make_stub_client(asio::io_context& io,
                                                    const DnsOptions& options);

}  // namespace strictmx
