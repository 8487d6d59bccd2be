#include "service/policyd/api.h"

#include <algorithm>
#include <array>
#include <memory>
#include <variant>

#include "base/text.h"
#include "core/verdict_json.h"
#include "net/spawn.h"

namespace strictmx {

namespace {

constexpr std::array kRoutes{ApiRoute{"GET", "/v1/health"}, ApiRoute{"GET", "/v1/policy/{domain}"},
                             ApiRoute{"GET", "/v1/policy/{domain}/mx/{host}"},
                             ApiRoute{"POST", "/v1/policies"}, ApiRoute{"POST", "/v1/session"}};

// The place of the route, or nullopt; `path` is decoded.
std::optional<std::size_t> find_route(std::string_view method,
                                      const std::vector<std::string>& path) {
  for (std::size_t r = 0; r < kRoutes.size(); ++r) {
    if (kRoutes[r].method != method) continue;
    const auto wanted = split(kRoutes[r].path.substr(1), '/');
    const bool same = std::equal(wanted.begin(), wanted.end(), path.begin(), path.end(),
                                 [](std::string_view want, const std::string& have) {
                                   return want.starts_with('{') ? !have.empty() : want == have;
                                 });
    if (same) return r;
  }
  return std::nullopt;
}

Json problem(std::string_view error, std::string_view reason) {
  return Json::Object{{"error", error}, {"reason", reason}};
}

std::optional<DaneUse> dane_of(const HttpTarget& target) {
  const std::string* word = target.find("dane");
  if (word == nullptr || *word == "on") return DaneUse::on;
  if (*word == "off") return DaneUse::off;
  return std::nullopt;
}

// What has no policy because of its form; the domain is repeated as it was given.
Json without_domain(const std::string& key, NoPolicyKey why) {
  return Json::Object{{"domain", key},
                      {"rule", name_of(DomainRule::none)},
                      {"defer", false},
                      {"mode", nullptr},
                      {"source", "none"},
                      {"id", nullptr},
                      {"fetched_at", nullptr},
                      {"expires_at", nullptr},
                      {"mx_patterns", Json::Array{}},
                      {"mx", Json::Array{}},
                      {"reason", describe(why)},
                      {"ttl", static_cast<std::int64_t>(kLongestHold.count())}};
}

}  // namespace

std::span<const ApiRoute> api_routes() { return kRoutes; }

// The answers to one batch; lives in the frame of policies().
struct Api::Batch {
  explicit Batch(asio::any_io_executor executor) : done(std::move(executor)) {}
  DaneUse dane = DaneUse::on;
  std::vector<std::string> domains;
  std::vector<Json> answers;
  std::size_t open = 0;
  OneShot<int> done;
};

Task<HttpResponse> Api::respond(HttpRequest request) {
  Answer answer = co_await route(std::move(request));
  co_return HttpResponse{answer.status, "application/json", answer.body.dump() + "\n"};
}

Task<Api::Answer> Api::route(HttpRequest request) {
  const auto target = parse_http_target(request.target);
  if (!target) co_return Answer{400, problem("bad_request", target.error().detail)};
  const auto found = find_route(request.method, target->path);
  if (!found) {
    const std::string_view other = request.method == "GET" ? "POST" : "GET";
    if (find_route(other, target->path)) {
      co_return Answer{405, problem("method_not_allowed", "")};
    }
    co_return Answer{404, problem("not_found", "no such resource")};
  }
  const auto dane = dane_of(*target);
  if (!dane) co_return Answer{400, problem("bad_request", "dane is neither on nor off")};
  switch (*found) {
    case 0:
      co_return Answer{200, Json::Object{{"status", "ok"}}};
    case 1:
      co_return co_await policy(target->path[2], *dane);
    case 2:
      co_return co_await mx(target->path[2], target->path[4], *dane);
    case 3:
      co_return co_await policies(std::move(request.body));
    default:
      co_return session(request.body);
  }
}

Json Api::verdict_json(const Domain& domain, const Decision& decision) const {
  const auto left = std::chrono::floor<Seconds>(decision.until - verdicts_.now());
  return domain_json(domain, decision.verdict,
                     {.source = name_of(decision.source), .hold = std::max(left, Seconds{0})});
}

Task<Api::Answer> Api::policy(std::string domain, DaneUse dane) {
  const NextHopKey key = parse_next_hop(domain);
  if (const auto* none = std::get_if<NoPolicyKey>(&key)) {
    if (*none != NoPolicyKey::malformed) co_return Answer{200, without_domain(domain, *none)};
    co_return Answer{400, problem("bad_request", describe(*none))};
  }
  const NextHop& hop = std::get<NextHop>(key);
  const Verdicts::Shared decision = co_await verdicts_.decide(hop, dane, deadline_);
  const bool wait = decision->verdict.rule == DomainRule::defer;
  co_return Answer{wait ? 503U : 200U, verdict_json(hop.domain, *decision)};
}

Task<Api::Answer> Api::mx(std::string domain, std::string host, DaneUse dane) {
  const auto name = Domain::parse(host);
  if (!name) co_return Answer{400, problem("bad_request", name.error().detail)};
  const NextHopKey key = parse_next_hop(domain);
  DomainVerdict verdict;
  if (const auto* hop = std::get_if<NextHop>(&key)) {
    const Verdicts::Shared decision = co_await verdicts_.decide(*hop, dane, deadline_);
    verdict = decision->verdict;
  } else if (std::get<NoPolicyKey>(key) == NoPolicyKey::malformed) {
    co_return Answer{400, problem("bad_request", "not a domain name")};
  } else {
    verdict = decide_without_policy(std::string(describe(std::get<NoPolicyKey>(key))));
  }
  const auto judged = find_verdict(verdict, *name);
  if (!judged) co_return Answer{503, problem("defer", verdict.reason)};
  const unsigned status = *judged == HostVerdict::dane_failed ? 503 : 200;
  Json::Object body = *host_json(name->text(), *judged).object();
  body.emplace_back("domain", domain);
  body.emplace_back("reason", verdict.reason);
  co_return Answer{status, std::move(body)};
}

Task<Api::Answer> Api::policies(std::string body) {
  const auto given = Json::parse(body);
  if (!given) co_return Answer{400, problem("bad_request", given.error().detail)};
  const Json* list = given->find("domains");
  if (list == nullptr || list->array() == nullptr) {
    co_return Answer{400, problem("bad_request", "\"domains\" is not a list")};
  }
  if (list->array()->size() > kMaxBatch) {
    co_return Answer{413, problem("too_large", "more domains than one request may name")};
  }
  Batch batch(io_.get_executor());
  const Json* dane = given->find("dane");
  const std::string* word = dane != nullptr ? dane->string() : nullptr;
  if (word != nullptr && *word == "off") batch.dane = DaneUse::off;
  for (const auto& entry : *list->array()) {
    if (entry.string() == nullptr) {
      co_return Answer{400, problem("bad_request", "a domain is not a string")};
    }
    batch.domains.push_back(*entry.string());
  }
  batch.answers.resize(batch.domains.size());
  batch.open = batch.domains.size();
  for (std::size_t i = 0; i < batch.domains.size(); ++i) {
    Task<void> task = one_of(*this, batch, i);
    spawn(io_, std::move(task));
  }
  // Each ends at the deadline, and all of them refer to `batch`.
  while (batch.open > 0) {
    co_await batch.done.wait(verdicts_.now() + deadline_);
  }
  co_return Answer{200, Json::Object{{"policies", Json::Array(std::move(batch.answers))}}};
}

Task<void> Api::one_of(Api& api, Batch& batch, std::size_t index) {
  try {
    Answer answer = co_await api.policy(batch.domains[index], batch.dane);
    batch.answers[index] = std::move(answer.body);
  } catch (const std::exception& bug) {
    batch.answers[index] = problem("bug", bug.what());
  }
  if (--batch.open == 0) batch.done.set(0);
}

// The members are the fields of an event line.
Api::Answer Api::session(const std::string& body) {
  const auto given = Json::parse(body);
  if (!given || given->object() == nullptr) {
    return {400, problem("bad_request", "not a JSON object")};
  }
  LineEvent event;
  for (const auto& [key, value] : *given->object()) {
    if (event.fields.size() == kMaxEventFields || value.string() == nullptr) {
      return {400, problem("bad_request", "members are strings, at most 32")};
    }
    event.fields.emplace_back(ascii_lower(key), *value.string());
  }
  events_.take(event);
  return {202, Json::Object{{"status", "accepted"}}};
}

}  // namespace strictmx
