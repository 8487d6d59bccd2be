#include "service/policyd/line_server.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/exim_answer.h"
#include "core/relay_answer.h"
#include "net/spawn.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxTurns = 100000;

std::string no_policy(LineVerb verb) {
  switch (verb) {
    case LineVerb::exim:
      return format_exim_answer(decide_without_policy(""));
    case LineVerb::check:
    case LineVerb::relayhost:
      return "not-found";
    case LineVerb::mxok:
      return "yes";
  }
  return "";
}

// Exim does DANE itself; the others cannot, so that MTA-STS has to hold for them.
DaneUse dane_of(LineVerb verb) { return verb == LineVerb::exim ? DaneUse::on : DaneUse::off; }

}  // namespace

LineServer::LineServer(Parts parts, Millis deadline)
    : parts_(parts),
      deadline_(deadline),
      farewell_(parts.io),
      turns_(kMaxTurns),
      relays_(kMaxTurns) {}

Result<void> LineServer::listen(const std::string& endpoint) {
  const auto where = Endpoint::parse(endpoint);
  if (!where) return std::unexpected(where.error());
  ListenOptions how;
  how.idle_limit = kLineIdle;
  auto listener = StreamListener::open(parts_.io, *where, how, parts_.log);
  if (!listener) return std::unexpected(listener.error());
  listeners_.push_back(*std::move(listener));
  Task<void> task = accept_all(*this, *listeners_.back());
  spawn(parts_.io, std::move(task));
  return {};
}

void LineServer::stop() {
  for (auto& listener : listeners_) {
    for (ByteStream& stream : listener->finish()) take(std::move(stream));
  }
  farewell_.expires_after(kLineFarewell);
  farewell_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // `this` may be gone
    for (auto& client : clients_) client.stream.cancel();
  });
}

std::vector<Endpoint> LineServer::local() const {
  std::vector<Endpoint> endpoints;
  for (const auto& listener : listeners_) endpoints.push_back(listener->local());
  return endpoints;
}

Task<void> LineServer::accept_all(LineServer& self, StreamListener& listener) {
  for (;;) {
    std::optional<ByteStream> stream = co_await listener.accept();
    if (!stream) co_return;
    self.take(*std::move(stream));
  }
}

// A client from here on: clients() must not be 0 before serve() has begun.
void LineServer::take(ByteStream stream) {
  const auto client = clients_.insert(clients_.end(), Client{std::move(stream)});
  if (clients_.size() > kMaxLineClients) evict_longest_silent();
  Task<void> task = serve(*this, client);
  spawn(parts_.io, std::move(task));
}

Task<void> LineServer::serve(LineServer& self, std::list<Client>::iterator client) {
  try {
    co_await self.converse(*client);
  } catch (const std::exception& bug) {
    self.parts_.log.error("client_bug", {{"what", bug.what()}});
  }
  self.clients_.erase(client);
}

void LineServer::evict_longest_silent() {
  const auto silent = std::find_if(clients_.begin(), clients_.end(),
                                   [](const Client& client) { return client.reading; });
  if (silent == clients_.end()) return;
  silent->reading = false;
  silent->stream.cancel();
  parts_.metrics.count_client_evicted();
}

Task<void> LineServer::converse(Client& client) {
  std::string line;
  std::array<char, 2048> buffer;
  auto end = std::string::npos;
  while (end == std::string::npos && line.size() < kMaxLineQuery) {
    const std::size_t size = co_await client.stream.read_some(buffer);
    if (size == 0) break;
    line.append(buffer.data(), size);
    end = line.find('\n');
  }
  client.reading = false;
  if (line.empty()) co_return;
  line.resize(std::min(end, line.size()));
  if (line.ends_with('\r')) line.pop_back();
  const std::string reply = co_await refuse_or_answer(std::move(line));
  co_await client.stream.write_all(reply);
}

// Empty: the connection is closed without a word, which every client takes for "not now".
Task<std::string> LineServer::refuse_or_answer(std::string line) {
  auto query = parse_line_query(line);
  if (!query) {
    parts_.metrics.count_bad_request();
    parts_.log.error("bad_request", {{"code", std::string(name_of(query.error().code))},
                                     {"why", query.error().detail}});
    co_return "";
  }
  if (const auto* event = std::get_if<LineEvent>(&*query)) {
    take_event(*event);
    co_return "";
  }
  std::string reply = co_await answer(std::get<LineQuestion>(*std::move(query)));
  co_return reply + "\n";
}

Task<std::string> LineServer::answer(LineQuestion question) {
  const NextHopKey key = parse_next_hop(question.domain);
  const auto* hop = std::get_if<NextHop>(&key);
  if (hop == nullptr) co_return no_policy(question.verb);
  const bool hurry = question.verb == LineVerb::check || question.verb == LineVerb::relayhost;
  const Millis patience = hurry ? std::min(deadline_, kShortPatience) : deadline_;
  const Verdicts::Shared decision =
      co_await parts_.verdicts.decide(*hop, dane_of(question.verb), patience);
  const DomainVerdict& verdict = decision->verdict;
  switch (question.verb) {
    case LineVerb::exim:
      co_return format_exim_answer(verdict);
    case LineVerb::check:
      co_return format_check_answer(verdict);
    case LineVerb::relayhost:
      co_return name_relay(hop->domain, verdict);
    case LineVerb::mxok: {
      const auto host = Domain::parse(question.host);
      co_return host ? format_mx_answer(verdict, *host) : "no";
    }
  }
  co_return "";
}

std::string LineServer::name_relay(const Domain& domain, const DomainVerdict& verdict) {
  std::uint32_t* turn = turns_.find(domain.text());
  if (turn == nullptr) turn = &turns_.put(domain.text(), 0);
  std::string answer = format_relay_answer(verdict, (*turn)++);
  if (answer.starts_with("found|")) relays_.put(answer, domain.text());
  return answer;
}

// A session that ended before a recipient was named is of the domain its host was named for.
void LineServer::take_event(LineEvent event) {
  const std::string* host = event.find("host");
  if (event.find("domain") == nullptr && host != nullptr) {
    if (const auto* domain = relays_.find("found|smtp+tls://" + ascii_lower(*host))) {
      event.fields.emplace_back("domain", *domain);
    }
  }
  parts_.events.take(event);
}

}  // namespace strictmx
