#include "net/curl_loop.h"

#include <csignal>
#include <mutex>

namespace strictmx {
namespace {

unsigned directions(int what) {
  switch (what) {
    case CURL_POLL_IN:
      return FdWatch::kRead;
    case CURL_POLL_OUT:
      return FdWatch::kWrite;
    case CURL_POLL_INOUT:
      return FdWatch::kRead | FdWatch::kWrite;
    default:
      return 0;
  }
}

}  // namespace

CurlLoop::CurlLoop(asio::io_context& io, OnDone on_done)
    : io_(io), on_done_(std::move(on_done)), timer_(io), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

Result<std::unique_ptr<CurlLoop>> CurlLoop::create(asio::io_context& io, OnDone on_done) {
  static std::once_flag initialised;
  std::call_once(initialised, [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    // OpenSSL writes with write(2): a peer that leaves must not end the program.
    std::signal(SIGPIPE, SIG_IGN);
  });
  std::unique_ptr<CurlLoop> loop(new CurlLoop(io, std::move(on_done)));
  if (loop->multi_ == nullptr) return fail(Errc::io, "libcurl: no memory");
  return loop;
}

CurlLoop::~CurlLoop() {
  curl_multi_cleanup(multi_);  // still calls on_socket
}

bool CurlLoop::add(CURL* easy) { return curl_multi_add_handle(multi_, easy) == CURLM_OK; }

void CurlLoop::remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

int CurlLoop::on_socket(CURL*, curl_socket_t fd, int what, void* arg, void*) {
  auto& self = *static_cast<CurlLoop*>(arg);
  if (what == CURL_POLL_REMOVE) {
    self.watches_.erase(fd);
    return 0;
  }
  auto& watch = self.watches_[fd];
  if (!watch) {
    watch = std::make_unique<FdWatch>(self.io_, fd, [&self, fd](unsigned ready) {
      self.act(fd, ready == FdWatch::kRead ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
    });
  }
  watch->want(directions(what));
  return 0;
}

int CurlLoop::on_timer(CURLM*, long timeout_ms, void* arg) {
  auto& self = *static_cast<CurlLoop*>(arg);
  if (timeout_ms < 0) {
    self.timer_.cancel();
    return 0;
  }
  self.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  self.timer_.async_wait([&self](const boost::system::error_code& error) {
    if (!error) self.act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void CurlLoop::act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_, easy);  // ends the life of *message
    on_done_(easy, code);
  }
}

}  // namespace strictmx
