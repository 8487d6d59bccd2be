// net/http_reply.h: one HTTP/1 response to a GET, read incrementally into values, whatever it says.
// Private to net: included by https_probe.cc and its tests.
// Source: RFC 9110, RFC 9112; the parser is Beast's.
// Limits: a head of 16384 octets, a body of 65537, 8 interim responses, 64 header fields kept with
// values of 1024 octets.
#pragma once
#include <memory>
#include <string_view>

#include "core/check/policy_host_facts.h"

namespace strictmx {

class HttpReply {
 public:
  HttpReply();
  HttpReply(HttpReply&&) noexcept;
  HttpReply& operator=(HttpReply&&) noexcept;
  ~HttpReply();

  // True when the response is complete or broken: nothing more is wanted.
  bool on_octets(std::string_view octets);
  void on_closed();
  void on_timeout();

  // Status, fields, body and how it ended; times are the caller's.
  HttpFacts take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace strictmx
