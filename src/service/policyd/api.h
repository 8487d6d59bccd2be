// service/policyd/api.h: the HTTP API for MTAs and scripts that speak HTTP (docs/api.md,
// docs/openapi.yaml). Requests in, responses out; the server is net/http_server.
//   GET  /v1/health
//   GET  /v1/policy/{domain}             the verdict; 503 when mail must wait
//   GET  /v1/policy/{domain}/mx/{host}   for one MX host
//   POST /v1/policies                    up to kMaxBatch domains at once
//   POST /v1/session                     what became of a TLS session, for TLS reports
// `?dane=off`: for an MTA that cannot do DANE. Lives on the look-up thread.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "net/http_server.h"
#include "service/policyd/event_sink.h"
#include "service/policyd/verdicts.h"
#include "wire/http_target.h"

namespace strictmx {

constexpr std::size_t kMaxBatch = 500;

struct ApiRoute {
  std::string_view method;
  std::string_view path;  // with {name} for a variable segment, as in docs/openapi.yaml
};
std::span<const ApiRoute> api_routes();

class Api {
 public:
  // All must outlive the object and its coroutines.
  Api(asio::io_context& io, Verdicts& verdicts, EventSink& events, Millis deadline)
      : io_(io), verdicts_(verdicts), events_(events), deadline_(deadline) {}

  Task<HttpResponse> respond(HttpRequest request);

  void set_deadline(Millis deadline) { deadline_ = deadline; }

 private:
  struct Answer {
    unsigned status;
    Json body;
  };
  struct Batch;

  Task<Answer> route(HttpRequest request);
  Task<Answer> policy(std::string domain, DaneUse dane);
  Task<Answer> mx(std::string domain, std::string host, DaneUse dane);
  Task<Answer> policies(std::string body);
  static Task<void> one_of(Api& api, Batch& batch, std::size_t index);
  Answer session(const std::string& body);
  Json verdict_json(const Domain& domain, const Decision& decision) const;

  asio::io_context& io_;
  Verdicts& verdicts_;
  EventSink& events_;
  Millis deadline_;
};

}  // namespace strictmx
