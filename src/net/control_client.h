// net/control_client.h: asks a running daemon over its control socket (service/policyd/control):
// one HTTP request, and waits for the answer (libcurl). For commands, not for services.
// Limits: the deadline, 16 MiB of answer.
#pragma once
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace strictmx {

struct ControlRequest {
  std::string socket;  // path of the unix socket
  std::string method;  // GET or POST
  std::string target;  // "/v1/status"
  std::string body;    // of POST
};

struct ControlReply {
  long status;
  std::string body;
};

// Errors: Errc::not_found (nobody listens there: "no daemon answers at PATH"), Errc::timeout,
// Errc::io, Errc::too_large.
Result<ControlReply> ask_control(const ControlRequest& request, Millis longest);

}  // namespace strictmx
