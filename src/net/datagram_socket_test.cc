#include "net/datagram_socket.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace strictmx {

namespace {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "strictmx-dgram-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

bool send_to(const std::string& path, const std::string& octets) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path);
  const auto sent = ::sendto(fd, octets.data(), octets.size(), MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(fd);
  return sent == static_cast<ssize_t>(octets.size());
}

Result<DatagramSocket> open_at(const std::string& path, std::size_t max_bytes = 1000) {
  return DatagramSocket::open({.where = path, .mode = 0600, .group = "", .max_bytes = max_bytes});
}

std::vector<std::string> receive(DatagramSocket& socket) {
  const auto batch = socket.receive();
  REQUIRE(batch.has_value());
  return {batch->begin(), batch->end()};
}

}  // namespace

TEST_CASE("what waits is received at once, empty and long ones too") {
  const TempDir dir;
  const std::string path = dir.file("s");
  auto socket = open_at(path, 10);
  REQUIRE(socket.has_value());
  CHECK(send_to(path, "one"));
  CHECK(send_to(path, ""));
  CHECK(send_to(path, "0123456789cut"));
  CHECK(receive(*socket) == std::vector<std::string>{"one", "", "0123456789"});
  CHECK(send_to(path, "last"));
  socket->stop();
  CHECK(receive(*socket) == std::vector<std::string>{"last"});
  CHECK(receive(*socket).empty());
}

TEST_CASE("stop ends a receiver that waits") {
  const TempDir dir;
  auto socket = open_at(dir.file("s"));
  REQUIRE(socket.has_value());
  std::thread waiting([&] { CHECK(receive(*socket).empty()); });
  socket->stop();
  waiting.join();
}

TEST_CASE("the file has its mode, and goes with the socket") {
  const TempDir dir;
  const std::string path = dir.file("s");
  {
    auto socket = DatagramSocket::open(
        {.where = path, .mode = 0621, .group = std::to_string(::getgid()), .max_bytes = 10});
    REQUIRE(socket.has_value());
    struct stat made{};
    REQUIRE(::stat(path.c_str(), &made) == 0);
    CHECK((made.st_mode & 0777) == 0621);
    CHECK(made.st_gid == ::getgid());
  }
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE("a file of a dead socket is replaced, others are not") {
  const TempDir dir;
  const std::string path = dir.file("s");
  const int dead = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  const auto address = address_of(path);
  REQUIRE(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(open_at(path).error().code == Errc::io);  // in use
  ::close(dead);
  CHECK(open_at(path).has_value());
  std::ofstream(dir.file("f")) << "kept";
  CHECK(open_at(dir.file("f")).error().code == Errc::io);
  CHECK(std::filesystem::file_size(dir.file("f")) == 4);
}

TEST_CASE("what cannot be a socket is refused") {
  const TempDir dir;
  CHECK(open_at("relative").error().code == Errc::usage);
  CHECK(open_at("/" + std::string(107, 'x')).error().code == Errc::usage);
  CHECK(open_at(dir.file("no/such/dir")).error().code == Errc::io);
  CHECK(DatagramSocket::open(
            {.where = dir.file("s"), .mode = 0600, .group = "no-such-group", .max_bytes = 10})
            .error()
            .code == Errc::usage);
  CHECK(!std::filesystem::exists(dir.file("s")));
}

TEST_CASE("a socket of the service manager is taken by its name") {
  // Descriptors 3 and on belong to the test's own run: only the refusals are tried here.
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_FDNAMES", "other", 1);
  CHECK(open_at("systemd:tlsrpt").error().code == Errc::usage);
  ::setenv("LISTEN_FDNAMES", "tlsrpt", 1);
  ::setenv("LISTEN_PID", "1", 1);
  CHECK(open_at("systemd:tlsrpt").error().code == Errc::usage);
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  CHECK(open_at("systemd:tlsrpt").error().code == Errc::usage);
}

TEST_CASE("the kernel says how many datagrams wait") {
  const auto limit = read_datagram_queue_limit();
  REQUIRE(limit);
  CHECK(*limit > 0);
}

}  // namespace strictmx
