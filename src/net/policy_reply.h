// net/policy_reply.h: the HTTP answer to a GET of a small text document, read as it comes and
// judged by RFC 8461 §3.2, §3.3: only 200, only text/plain, no redirect, no content coding, the
// whole body. The parser is Beast's. Private to net: included by https_client.cc and its tests.
// Limits: body 65536 octets, heads of all responses together 16384, 8 interim responses.
#pragma once
#include <memory>
#include <string_view>

#include "core/fetch_outcome.h"

namespace strictmx {

class PolicyReply {
 public:
  PolicyReply();
  PolicyReply(const PolicyReply&) = delete;
  PolicyReply& operator=(const PolicyReply&) = delete;
  ~PolicyReply();

  // True when the answer is complete or refused: nothing more is wanted.
  bool on_octets(std::string_view octets);

  // The connection has ended; `on_purpose`: its end was authentic (RFC 8446 §6.1), which a body
  // without length needs (RFC 9112 §9.8).
  void on_end(bool on_purpose);

  // What was being waited for, for the detail of a timeout.
  std::string_view phase() const;

  // After an end. Once.
  FetchOutcome take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace strictmx
