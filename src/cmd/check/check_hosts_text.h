// cmd/check/check_hosts_text.h: the MX hosts of a report for a terminal: policy, DANE, and for each
// address TLS, certificate, and what becomes of mail there by kind of sender. Pure.
#pragma once
#include "cmd/check/check_report.h"
#include "cmd/text_page.h"

namespace strictmx {

void add_hosts(TextPage& page, const DomainReport& report);

}  // namespace strictmx
