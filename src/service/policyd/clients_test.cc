#include "service/policyd/clients.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>

#include "service/policyd/test_world.h"
#include "wire/netstring.h"

namespace strictmx {

namespace {

using test::kNotFound;
using test::kSecure;

std::string request(std::string_view key) {
  std::string out;
  append_netstring(out, "postfix " + std::string(key));
  return out;
}

std::string replies(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

// The MTA's end of a connection; nothing here blocks.
class Mta {
 public:
  explicit Mta(int descriptor) : descriptor_(descriptor) {}
  Mta(const Mta&) = delete;
  Mta& operator=(const Mta&) = delete;
  ~Mta() { leave(); }

  void leave() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  void finish_asking() const { ::shutdown(descriptor_, SHUT_WR); }
  // How many octets the socket took.
  std::size_t say(std::string_view text) const {
    const auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // What has come since the last call.
  std::string hear() {
    std::string heard;
    char buffer[65536];
    for (;;) {
      const auto got = ::recv(descriptor_, buffer, sizeof buffer, 0);
      closed_ = got == 0 || (got < 0 && errno != EAGAIN);
      if (got <= 0) return heard;
      heard.append(buffer, static_cast<std::size_t>(got));
    }
  }
  bool closed() {
    hear();
    return closed_;
  }

 private:
  int descriptor_;
  bool closed_ = false;
};

struct Office {
  explicit Office(Clients::Limits limits = {100, Seconds{3600}})
      : clients(*loop, world.resolver, world.metrics, world.log, limits) {
    world.post = [this](auto message) { loop->post(std::move(message)); };
  }

  Mta& connect() {
    int fds[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
    clients.add(fds[0], make_socketmap_reader());
    return mtas.emplace_back(fds[1]);
  }

  // Does all that needs no time.
  void settle() {
    do {
      world.settle();
    } while (loop->turn(Millis{0}) > 0);
  }

  std::string tell(Mta& mta, std::string_view text) {
    mta.say(text);
    settle();
    return mta.hear();
  }

  void learn(std::string_view key) {
    Mta& mta = connect();
    REQUIRE_FALSE(tell(mta, request(key)).empty());
    mta.leave();
    settle();
  }

  // All MTAs leave; how many clients are left.
  std::size_t end() {
    for (Mta& mta : mtas) mta.leave();
    settle();
    return clients.count();
  }

  test::World world;
  std::unique_ptr<EventLoop> loop = EventLoop::create().value();
  Clients clients;
  std::list<Mta> mtas;
};

}  // namespace

TEST_CASE("clients: requests that come together are answered in order, unknown ones included") {
  Office office;
  Mta& mta = office.connect();
  CHECK(office.tell(mta, request("localhost") + request("example.com") + request(".example.com") +
                             request("example.com")) == kNotFound + kSecure + kNotFound + kSecure);
  CHECK(office.tell(mta, request("EXAMPLE.com.")) == kSecure);
  CHECK(office.world.fetch.fetches == 1);
}

TEST_CASE("clients: a request may come octet by octet") {
  Office office;
  office.learn("example.com");
  Mta& mta = office.connect();
  std::string heard;
  for (const char c : request("example.com") + request("localhost")) {
    heard += office.tell(mta, std::string(1, c));
  }
  CHECK(heard == kSecure + kNotFound);
}

TEST_CASE("clients: a malformed request ends its connection and no other's") {
  for (const std::string bad : {"x", "7:postfix,", "99999:", "5:abcdef"}) {
    CAPTURE(bad);
    Office office;
    Mta& other = office.connect();
    Mta& mta = office.connect();
    CHECK(office.tell(mta, request("localhost") + bad) == kNotFound);  // what was right, first
    CHECK(mta.closed());
    CHECK(office.tell(other, request("localhost")) == kNotFound);
    CHECK(office.clients.count() == 1);
    CHECK(office.world.log.events.back() == "bad_request");
  }
}

TEST_CASE("clients: what a client does not take is kept within bounds, and then goes on") {
  Office office;
  office.learn("example.com");
  Mta& mta = office.connect();
  const std::string all = replies(request("example.com"), 40000);
  std::size_t said = 0;
  for (std::size_t before = 1; before != said;) {
    before = said;
    said += mta.say(std::string_view(all).substr(said));
    office.settle();
  }
  CHECK(said < all.size());  // its requests are not read any more
  std::string heard;
  while (heard.size() < 40000 * kSecure.size()) {
    const std::string more = mta.hear();
    heard += more;
    const std::size_t taken = mta.say(std::string_view(all).substr(said));
    said += taken;
    office.settle();
    REQUIRE(more.size() + taken > 0);
  }
  CHECK(heard == replies(kSecure, 40000));
  CHECK(office.tell(mta, request("localhost")) == kNotFound);
}

TEST_CASE("clients: what is sent while an answer is awaited is answered after it") {
  Office office;
  Mta& mta = office.connect();
  mta.say(request("example.com") + request("loc"));
  office.loop->turn(Millis{0});  // the question is under way
  mta.say(request("localhost"));
  office.loop->turn(Millis{0});
  CHECK(office.loop->turn(Millis{0}) == 0);  // and the loop does not spin
  office.settle();
  CHECK(mta.hear() == kSecure + kNotFound + kNotFound);
}

TEST_CASE("clients: who has stopped to ask still gets its answer") {
  Office office;
  Mta& mta = office.connect();
  mta.say(request("example.com"));
  mta.finish_asking();
  office.settle();
  CHECK(mta.hear() == kSecure);
  CHECK(mta.closed());
  CHECK(office.clients.count() == 0);
}

TEST_CASE("clients: who leaves before the answer is forgotten; the answer is remembered") {
  Office office;
  Mta& mta = office.connect();
  mta.say(request("example.com"));
  office.loop->turn(Millis{0});
  mta.leave();
  office.loop->turn(Millis{0});
  CHECK(office.clients.count() == 0);
  office.settle();
  std::string out;
  CHECK(office.world.answer_now("example.com", out));
}

TEST_CASE("clients: one too many closes the one that was silent for longest") {
  Office office({3, Seconds{60}});  // so short a limit is kept exactly
  Mta& first = office.connect();
  Mta& second = office.connect();
  Mta& asking = office.connect();
  office.tell(asking, request("slow.example"));
  office.tell(first, request("localhost"));
  Mta& newest = office.connect();
  CHECK(second.closed());
  CHECK(office.clients.count() == 3);
  CHECK(office.tell(first, request("localhost")) == kNotFound);
  CHECK(office.tell(newest, request("localhost")) == kNotFound);
  CHECK_FALSE(asking.closed());
  CHECK(office.world.metrics.text().find("strictmx_clients_evicted_total 1") != std::string::npos);
}

TEST_CASE("clients: when all wait for an answer a further one is not served") {
  Office office({2, Seconds{3600}});
  Mta& one = office.connect();
  Mta& two = office.connect();
  office.tell(one, request("slow.example"));
  office.tell(two, request("slow.example"));
  CHECK(office.connect().closed());
  CHECK_FALSE(one.closed());
  CHECK_FALSE(two.closed());
}

TEST_CASE("clients: the silent are closed after their time, those who wait are not") {
  Office office({100, Seconds{0}});
  Mta& silent = office.connect();
  Mta& asking = office.connect();
  asking.say(request("slow.example"));
  office.settle();
  CHECK(silent.closed());
  CHECK_FALSE(asking.closed());
  CHECK(office.clients.count() == 1);
}

TEST_CASE("clients: at its deadline a question is answered by the loop itself") {
  Office office;
  Mta& mta = office.connect();
  mta.say(request("slow.example"));
  office.settle();
  CHECK(mta.hear().empty());
  office.world.clock.shift += Seconds{1};
  for (int i = 0; i < 100 && office.world.resolver.next_deadline(); ++i) {
    office.loop->turn(Millis{5000});
  }
  CHECK(mta.hear().find(":TEMP ") != std::string::npos);
}

TEST_CASE("clients: draining closes all but those who wait, and those after their answer") {
  Office office;
  Mta& silent = office.connect();
  Mta& asking = office.connect();
  office.tell(silent, request("localhost"));
  asking.say(request("example.com") + request("localhost"));
  office.loop->turn(Millis{0});
  office.clients.drain();
  CHECK(silent.closed());
  CHECK_FALSE(asking.closed());
  office.settle();
  CHECK(asking.hear() == kSecure + kNotFound);
  office.clients.drain();
  CHECK(asking.closed());
  CHECK(office.end() == 0);
}

TEST_CASE("clients: draining answers what has come and was not read") {
  for (const bool known : {true, false}) {
    CAPTURE(known);
    Office office;
    if (known) office.learn("example.com");
    Mta& mta = office.connect();
    office.tell(mta, request("localhost"));
    mta.say(replies(request("example.com"), 2000));  // more than one read takes
    office.clients.drain();
    office.settle();
    office.clients.drain();
    CHECK(mta.hear() == replies(kSecure, 2000));
    CHECK(mta.closed());
    CHECK(office.end() == 0);
  }
}

TEST_CASE("clients: draining lets those ask who have just come") {
  Office office({100, Seconds{3600}, Millis{3600000}});
  Mta& mta = office.connect();
  Mta& silent = office.connect();
  office.clients.drain();
  CHECK_FALSE(mta.closed());
  CHECK(office.tell(mta, request("example.com")) == kSecure);
  office.clients.drain();
  CHECK(mta.closed());
  CHECK_FALSE(silent.closed());
}

TEST_CASE("clients: after its end a question is read, which resets nothing, and not answered") {
  Office office({100, Seconds{3600}, Millis{3600000}});
  Mta& mta = office.connect();
  office.tell(mta, request("localhost"));
  office.clients.drain();
  CHECK(mta.closed());
  CHECK(office.tell(mta, request("localhost")).empty());
  office.clients.drain();
  CHECK(office.clients.count() == 1);
  CHECK(office.end() == 0);
}

TEST_CASE("clients: draining waits for nobody longer than the farewell") {
  Office office({100, Seconds{3600}, Millis{0}});
  Mta& silent = office.connect();
  Mta& idle = office.connect();
  office.tell(idle, request("localhost"));
  office.clients.drain();
  CHECK(silent.closed());
  CHECK(idle.closed());
  office.clients.drain();
  CHECK(office.clients.count() == 0);
}

TEST_CASE("clients: close_all closes all, whatever they do") {
  Office office;
  Mta& silent = office.connect();
  Mta& asking = office.connect();
  office.tell(asking, request("slow.example"));
  office.clients.close_all();
  CHECK(silent.closed());
  CHECK(asking.closed());
  CHECK_FALSE(office.world.resolver.next_deadline());
}

}  // namespace strictmx
