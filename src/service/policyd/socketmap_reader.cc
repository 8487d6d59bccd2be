#include "service/policyd/request_reader.h"
#include "wire/netstring.h"
#include "wire/socketmap.h"

namespace strictmx {

namespace {

class SocketmapReader final : public RequestReader {
 public:
  Result<std::optional<Query>> next(std::string_view& input) override {
    auto payload = reader_.next(input);
    if (!payload) return std::unexpected(std::move(payload.error()));
    if (!*payload) return std::nullopt;
    auto parsed = parse_socketmap_query(**payload);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return Query{parsed->key, dialect_of(parsed->map)};
  }

 private:
  NetstringReader reader_{kMaxSocketmapQuery};
};

}  // namespace

std::unique_ptr<RequestReader> make_socketmap_reader() {
  return std::make_unique<SocketmapReader>();
}

}  // namespace strictmx
