// net/test_dns_server.h: an authority for the tests of this folder: answers scripted records over
// UDP and TCP on one port of 127.0.0.1, from a thread of its own.
#pragma once
#include <poll.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "net/test_support.h"

namespace strictmx::test {

inline std::string u16(unsigned value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}
inline std::string u32(unsigned value) { return u16(value >> 16U) + u16(value & 0xffffU); }

inline std::string wire_name(std::string_view name) {
  std::string out;
  if (!name.empty()) {
    for (const auto label : split(name, '.')) {
      out += static_cast<char>(label.size());
      out += label;
    }
  }
  return out + '\0';
}

inline std::string txt_rdata(const std::vector<std::string>& strings) {
  std::string out;
  for (const auto& text : strings) out += static_cast<char>(text.size()) + text;
  return out;
}

inline std::string rr(std::string_view owner, unsigned type, unsigned ttl, std::string_view rdata) {
  return wire_name(owner) + u16(type) + u16(1) + u32(ttl) +
         u16(static_cast<unsigned>(rdata.size())) + std::string(rdata);
}

inline std::string soa_rdata(unsigned minimum) {
  return wire_name("ns.test") + wire_name("root.test") + u32(1) + u32(3600) + u32(600) +
         u32(86400) + u32(minimum);
}

struct DnsScript {
  std::vector<std::string> answer = {};      // made by rr()
  std::vector<std::string> authority = {};   // made by rr()
  std::vector<std::string> additional = {};  // made by rr() or opt_record()
  unsigned rcode = 0;
  bool authentic = false;      // AD
  bool silent = false;         // no reply at all
  bool only_over_tcp = false;  // UDP gets an empty reply with TC
  Millis delay{0};
  // What UDP sends instead of the reply, in order; unset: just that.
  std::function<std::vector<std::string>(const std::string& reply)> datagrams = {};
};

// An OPT record with an extended error (RFC 8914).
inline std::string extended_error(unsigned code, std::string_view text) {
  const std::string option = u16(15) + u16(static_cast<unsigned>(text.size() + 2)) + u16(code);
  const std::string rdata = option + std::string(text);
  return wire_name("") + u16(41) + u16(1232) + u32(0) + u16(static_cast<unsigned>(rdata.size())) +
         rdata;
}

class DnsServer {
 public:
  static constexpr unsigned kA = 1, kCname = 5, kSoa = 6, kMx = 15, kTxt = 16, kAaaa = 28;

  DnsServer() {
    // The port must be free for both protocols.
    for (int i = 0; i < 20 && tcp_.get() < 0; ++i) {
      port_ = 0;
      udp_ = bind_loopback(SOCK_DGRAM, port_);
      tcp_ = bind_loopback(SOCK_STREAM, port_);
    }
    ::listen(tcp_.get(), 16);
    thread_ = std::thread([this] { run(); });
  }
  ~DnsServer() {
    stopping_ = true;
    thread_.join();
  }

  // Names without a script get NXDOMAIN with a SOA of 300 seconds.
  void set(const std::string& name, unsigned type, DnsScript script) {
    const std::lock_guard lock(mutex_);
    scripts_[{name, type}] = std::move(script);
  }
  unsigned asked(const std::string& name, unsigned type) {
    const std::lock_guard lock(mutex_);
    return asked_[{name, type}];
  }
  std::string forwarder() const { return "127.0.0.1@" + std::to_string(port_); }

 private:
  enum class Transport { udp, tcp };
  struct Question {
    std::string id;
    std::string name;
    unsigned type = 0;
    std::string wire;
  };

  static Question read_question(std::string_view query) {
    Question question;
    question.id = query.substr(0, 2);
    std::size_t at = 12;
    while (at < query.size() && query[at] != '\0') {
      const auto length = static_cast<std::size_t>(query[at]);
      if (!question.name.empty()) question.name += '.';
      question.name += ascii_lower(query.substr(at + 1, length));
      at += length + 1;
    }
    question.type = static_cast<unsigned char>(query[at + 2]);
    question.wire = query.substr(12, at + 5 - 12);
    return question;
  }

  DnsScript script_for(const Question& question) {
    const std::lock_guard lock(mutex_);
    const auto key = std::pair(question.name, question.type);
    ++asked_[key];
    const auto found = scripts_.find(key);
    if (found != scripts_.end()) return found->second;
    return {.answer = {}, .authority = {rr("", kSoa, 900, soa_rdata(300))}, .rcode = 3};
  }

  // Empty: no reply.
  std::string reply_to(std::string_view query, Transport transport) {
    if (query.size() < 17) return {};
    const auto question = read_question(query);
    const auto script = script_for(question);
    last_datagrams_ = script.datagrams;
    if (script.delay > Millis(0)) std::this_thread::sleep_for(script.delay);
    if (script.silent) return {};
    const bool cut = script.only_over_tcp && transport == Transport::udp;
    const unsigned low = 0x80U | script.rcode | (script.authentic ? 0x20U : 0U);
    std::string flags{static_cast<char>(cut ? 0x87 : 0x85), static_cast<char>(low)};
    const auto counts = [&](const std::vector<std::string>& records) {
      return u16(cut ? 0 : static_cast<unsigned>(records.size()));
    };
    std::string reply = question.id + flags + u16(1) + counts(script.answer) +
                        counts(script.authority) + counts(script.additional) + question.wire;
    if (cut) return reply;
    for (const auto& record : script.answer) reply += record;
    for (const auto& record : script.authority) reply += record;
    for (const auto& record : script.additional) reply += record;
    return reply;
  }

  void serve_udp() {
    char buffer[4096];
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    auto* address = reinterpret_cast<sockaddr*>(&peer);
    const auto size = ::recvfrom(udp_.get(), buffer, sizeof buffer, 0, address, &length);
    if (size <= 0) return;
    const auto reply =
        reply_to(std::string_view(buffer, static_cast<std::size_t>(size)), Transport::udp);
    if (reply.empty()) return;
    std::vector<std::string> datagrams{reply};
    if (last_datagrams_) datagrams = last_datagrams_(reply);
    for (const auto& datagram : datagrams) {
      ::sendto(udp_.get(), datagram.data(), datagram.size(), 0, address, length);
    }
  }

  void serve_tcp() {
    const Descriptor client(::accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const auto prefix = receive(client, 2);
    if (prefix.size() < 2) return;
    const auto size =
        static_cast<unsigned char>(prefix[0]) * 256U + static_cast<unsigned char>(prefix[1]);
    const auto reply = reply_to(receive(client, size), Transport::tcp);
    if (!reply.empty()) send_all(client, u16(static_cast<unsigned>(reply.size())) + reply);
  }

  void run() {
    while (!stopping_) {
      pollfd ready[] = {{udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}};
      if (::poll(ready, 2, 20) <= 0) continue;
      if ((ready[0].revents & POLLIN) != 0) serve_udp();
      if ((ready[1].revents & POLLIN) != 0) serve_tcp();
    }
  }

  std::uint16_t port_ = 0;
  Descriptor udp_;
  Descriptor tcp_;
  std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, DnsScript> scripts_;
  std::map<std::pair<std::string, unsigned>, unsigned> asked_;
  std::function<std::vector<std::string>(const std::string&)> last_datagrams_;  // of run()
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace strictmx::test
