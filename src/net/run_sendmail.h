// net/run_sendmail.h: hands a mail to a sendmail program: no shell, the mail on standard input, the
// envelope as arguments "-f FROM -- TO". Private to net: included by report_sender.cc only.
#pragma once
#include <string>
#include <vector>

#include "core/report/delivery_status.h"
#include "net/asio.h"
#include "net/report_sender.h"

namespace strictmx {

// `command`: an absolute path and arguments. The program is killed at the deadline. Exit codes as
// in sysexits.h: EX_NOUSER, EX_NOHOST, EX_DATAERR reject, everything else but 0 defers.
Task<AttemptOutcome> run_sendmail(asio::io_context& io, std::vector<std::string> command,
                                  const OutgoingMail& mail, MonoTime deadline);

}  // namespace strictmx
