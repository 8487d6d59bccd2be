// wire/mail_date.h: the date of a mail header (RFC 5322 §3.3).
#pragma once
#include <string>

#include "base/time.h"

namespace strictmx {

// "Tue, 24 Nov 2026 20:56:00 +0000"
std::string format_mail_date(WallTime when);

}  // namespace strictmx
