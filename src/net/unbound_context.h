// net/unbound_context.h: a libunbound context with our settings. Private to net: included by
// dns_client.cc only.
#pragma once
#include <unbound.h>

#include <memory>

#include "base/result.h"
#include "net/dns_client.h"
#include "net/unbound_loop.h"

namespace strictmx {

struct UnboundDelete {
  void operator()(ub_ctx* context) const { ub_ctx_delete(context); }
};
using UnboundContext = std::unique_ptr<ub_ctx, UnboundDelete>;

// Ready for ub_resolve_event. libunbound writes no log of its own.
// Errors: Errc::usage (an option, named in the detail), Errc::io (a file, or no memory),
// Errc::unsupported (this libunbound does not know a setting we need).
Result<UnboundContext> make_unbound_context(UnboundLoop& loop, const DnsOptions& options);

}  // namespace strictmx
