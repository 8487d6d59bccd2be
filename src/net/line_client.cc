#include "net/line_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/descriptor.h"
#include "net/socket_address.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxReply = 16384;

// One connection and the time that is left for it.
class Connection {
 public:
  Connection(const Endpoint& where, Millis patience)
      : end_(SystemClock().now().mono + patience),
        fd_(::socket(family_of(where), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    if (!fd_) return;
    auto address = socket_address(where);
    const bool begun = ::connect(fd_.get(), address.get(), address.length) == 0;
    good_ = begun || (errno == EINPROGRESS && wait(POLLOUT) && connected());
  }

  bool good() const { return good_; }

  bool write(std::string_view data) {
    while (good_ && !data.empty()) {
      const auto sent = ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        data.remove_prefix(static_cast<std::size_t>(sent));
      } else {
        good_ = may_wait() && wait(POLLOUT);
      }
    }
    return good_;
  }

  // All up to the end; nullopt when that does not come.
  std::optional<std::string> read_all() {
    std::string text;
    while (good_ && text.size() <= kMaxReply) {
      char buffer[4096];
      const auto size = ::recv(fd_.get(), buffer, sizeof buffer, 0);
      if (size == 0) return text;
      if (size > 0) {
        text.append(buffer, static_cast<std::size_t>(size));
      } else {
        good_ = may_wait() && wait(POLLIN);
      }
    }
    return std::nullopt;
  }

 private:
  static bool may_wait() { return errno == EAGAIN || errno == EINTR; }

  bool wait(short what) {
    for (;;) {
      const auto left = std::chrono::ceil<Millis>(end_ - SystemClock().now().mono).count();
      if (left <= 0) return false;
      pollfd one{fd_.get(), what, 0};
      const int ready = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, 60000)));
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
    }
  }

  bool connected() const {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }

  MonoTime end_;
  Descriptor fd_;
  bool good_ = false;
};

}  // namespace

std::optional<std::string> ask_line(const Endpoint& where, std::string_view question,
                                    Millis patience) {
  Connection connection(where, patience);
  if (!connection.write(std::string(question) + "\n")) return std::nullopt;
  auto reply = connection.read_all();
  if (!reply || !reply->ends_with('\n')) return std::nullopt;
  reply->pop_back();
  return reply;
}

bool can_connect(const Endpoint& where, Millis patience) {
  return Connection(where, patience).good();
}

bool tell_line(const Endpoint& where, std::string_view line, Millis patience) {
  Connection connection(where, patience);
  return connection.write(std::string(line) + "\n");
}

}  // namespace strictmx
