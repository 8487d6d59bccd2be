// service/policyd/request_reader.h: what the protocol of one kind of MTA makes of a connection's
// octets. One object per connection; a further protocol is a further implementation, and a dialect
// (core/mta_answer) that says how its replies look on the wire.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "core/mta_answer.h"

namespace strictmx {

struct Query {
  std::string_view key;  // a next hop as the MTA writes it
  Dialect dialect = Dialect::postfix;
};

class RequestReader {
 public:
  virtual ~RequestReader() = default;

  // Takes octets from the front of `input`, keeps what is not yet a whole request, and hands out
  // the next question; nullopt: all input is taken, more is needed. The key is valid until the next
  // call and as long as the octets behind `input`.
  // Errors are final: the connection must be closed.
  virtual Result<std::optional<Query>> next(std::string_view& input) = 0;
};

using MakeRequestReader = std::unique_ptr<RequestReader> (*)();

// Postfix and Sendmail: the map's name selects the dialect.
std::unique_ptr<RequestReader> make_socketmap_reader();

}  // namespace strictmx
