// net/curl_runner.h: runs libcurl handles to their end, each within a deadline. Private to net.
// One object belongs to one io_context and is used from its thread only; it must outlive all
// coroutines that use it.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <optional>

#include "net/curl_loop.h"
#include "net/one_shot.h"

namespace strictmx {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using CurlEasy = std::unique_ptr<CURL, FreeEasy>;

struct FreeCurlList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, FreeCurlList>;

class CurlRunner {
 public:
  // Errors: Errc::io (no memory).
  static Result<std::unique_ptr<CurlRunner>> create(asio::io_context& io);
  CurlRunner(const CurlRunner&) = delete;
  CurlRunner& operator=(const CurlRunner&) = delete;
  ~CurlRunner();

  // What the transfer came to; nullopt after cancel_all(). The handle is out of the loop then.
  Task<std::optional<CURLcode>> run(CURL* easy, MonoTime deadline);

  // Ends all transfers under way and at once all later ones.
  void cancel_all();

 private:
  explicit CurlRunner(asio::io_context& io) : io_(io) {}
  struct Job;
  using Jobs = std::unordered_map<CURL*, Job*>;
  void on_done(CURL* easy, CURLcode code);

  asio::io_context& io_;
  std::unique_ptr<CurlLoop> loop_;
  Jobs jobs_;  // in the frames of the running coroutines
  bool cancelled_ = false;
};

}  // namespace strictmx
