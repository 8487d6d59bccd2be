// net/curl_loop.h: lets libcurl's multi interface wait for its sockets and timers in our
// io_context. Private to net: for those that speak through libcurl.
// One multi handle for the life of the process; connections are not kept (the users forbid it).
#pragma once
#include <curl/curl.h>

#include <memory>
#include <unordered_map>

#include "base/result.h"
#include "net/asio.h"
#include "net/fd_watch.h"

namespace strictmx {

class CurlLoop {
 public:
  // Called once per added handle that was not removed before, never from inside of add().
  // The handle is no longer part of the loop then.
  using OnDone = std::function<void(CURL* easy, CURLcode code)>;

  // Errors: Errc::io (no memory).
  static Result<std::unique_ptr<CurlLoop>> create(asio::io_context& io, OnDone on_done);
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;
  ~CurlLoop();  // all handles must have been removed

  // False: libcurl refused; on_done will not come.
  bool add(CURL* easy);
  void remove(CURL* easy);

 private:
  CurlLoop(asio::io_context& io, OnDone on_done);
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void act(curl_socket_t fd, int events);

  asio::io_context& io_;
  OnDone on_done_;
  asio::steady_timer timer_;
  std::unordered_map<curl_socket_t, std::unique_ptr<FdWatch>> watches_;
  CURLM* multi_;
};

}  // namespace strictmx
