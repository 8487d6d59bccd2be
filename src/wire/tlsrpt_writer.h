// wire/tlsrpt_writer.h: one TLS session in the datagram of libtlsrpt, for MTAs that have no TLS
// reports of their own. Format: docs/formats/tlsrpt-datagram.md; read by wire/tlsrpt_datagram.
// Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/tls_result.h"

namespace strictmx {

// `record` is the TLSRPT record of the domain; absent `failure`: the session was good.
std::string write_tlsrpt_datagram(const Domain& domain, std::string_view record,
                                  const ReportedPolicy& policy,
                                  const std::optional<FailureDetails>& failure);

}  // namespace strictmx
