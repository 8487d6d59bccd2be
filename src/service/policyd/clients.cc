#include "service/policyd/clients.h"

#include <array>

#include "wire/socketmap.h"

namespace strictmx {

namespace {

constexpr std::size_t kReadBytes = 2048;
constexpr std::size_t kFlushBytes = 65536;

}  // namespace

Task<void> Clients::serve(ByteStream stream) {
  const auto self = clients_.insert(clients_.end(), Client{std::move(stream)});
  if (clients_.size() > max_clients_) evict_longest_silent();
  metrics_.set_clients(clients_.size());
  try {
    NetstringReader reader(kMaxSocketmapQuery);
    std::array<char, kReadBytes> buffer;
    std::string out;
    while (!draining_) {
      const std::size_t size = co_await self->stream.read_some(buffer);
      if (size == 0) break;
      clients_.splice(clients_.end(), clients_, self);
      self->state = State::answering;
      const std::string_view input(buffer.data(), size);
      const bool good = co_await answer(*self, reader, input, out);
      const bool written = co_await self->stream.write_all(out);
      out.clear();
      self->state = State::reading;
      if (!good || !written) break;
    }
  } catch (const std::exception& bug) {
    log_.error("client_bug", {{"what", bug.what()}});
  }
  clients_.erase(self);
  metrics_.set_clients(clients_.size());
}

void Clients::drain() {
  draining_ = true;
  for (auto& client : clients_) {
    if (client.state == State::reading) client.stream.cancel();
  }
}

void Clients::evict_longest_silent() {
  for (auto& client : clients_) {
    if (client.state != State::reading) continue;
    metrics_.count_client_evicted();
    client.state = State::leaving;
    client.stream.cancel();
    return;
  }
}

Task<bool> Clients::answer(Client& client, NetstringReader& reader, std::string_view input,
                           std::string& out) {
  for (;;) {
    const auto payload = reader.next(input);
    if (!payload) co_return refuse(payload.error());
    if (!*payload) co_return true;
    const auto query = parse_socketmap_query(**payload);
    if (!query) co_return refuse(query.error());
    const Dialect dialect = dialect_of(query->map);
    if (!resolver_.answer_now(query->key, out, dialect)) {
      std::string key(query->key);
      const bool written = co_await client.stream.write_all(out);
      if (!written) co_return false;
      out.clear();
      co_await resolver_.answer_later(std::move(key), out, dialect);
    }
    if (out.size() > kFlushBytes) {
      const bool written = co_await client.stream.write_all(out);
      if (!written) co_return false;
      out.clear();
    }
  }
}

bool Clients::refuse(const Error& error) {
  metrics_.count_bad_request();
  log_.error("bad_request", {{"code", std::string(name_of(error.code))}, {"why", error.detail}});
  return false;
}

}  // namespace strictmx
