// service/policyd/control.h: the operator's control of the running daemon: HTTP with JSON on a unix
// socket that only its owner may use (docs/operations.md, docs/formats/command-json.md).
//   GET  /v1/status               numbers
//   GET  /v1/policies/DOMAIN      all that is known of a domain
//   POST /v1/policies/DOMAIN/forget {"force": true}   .../refresh   .../pin {"until": DAY}
//   .../unpin POST /v1/import               lines of a list of policies
// Limits: those of net/http_server, 1 MiB of body. Answers: 200; 400, 404, 409 (refused as things
// are), 500 with {"error": text}. Lives on the look-up thread; never waits longer than 100 s.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "net/http_server.h"
#include "service/policyd/engine.h"
#include "service/policyd/pin_keeper.h"

namespace strictmx {

constexpr std::size_t kMaxControlBody = std::size_t{1} << 20;

class Control {
 public:
  // All must outlive the control and its io_context's handlers. `forget_answers`: what was said
  // about the domain must be looked up anew.
  struct Parts {
    asio::io_context& io;
    Engine& engine;
    PinKeeper& pins;
    const Clock& clock;
    Log& log;
    std::function<void(const Domain&)> forget_answers;
  };

  explicit Control(Parts parts);

  // Listens at `path` with mode 0600. Errors: those of HttpServer::listen().
  Result<void> listen(const std::filesystem::path& path);
  // Takes no more requests. On the thread of the io_context.
  void stop();

  // What a request leads to.
  Task<HttpResponse> respond(HttpRequest request);

 private:
  Task<HttpResponse> on_domain(Domain domain, std::string verb, std::string body);
  HttpResponse status() const;
  HttpResponse show(const Domain& domain);
  Task<HttpResponse> forget(Domain domain, std::string body);
  Task<HttpResponse> refresh(Domain domain);
  Task<HttpResponse> pin(Domain domain, std::string body);
  Task<HttpResponse> unpin(Domain domain);
  Task<HttpResponse> import(std::string body);

  Parts parts_;
  MonoTime started_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace strictmx
