#include "bench/world_dns.h"

#include <fmt/core.h>
#include <sys/epoll.h>

#include <array>
#include <optional>

#include "bench/fail.h"
#include "bench/world_name.h"

namespace strictmx::bench {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kMaxQuery = 512;

enum RecordType : std::uint16_t { kA = 1, kSoa = 6, kMx = 15, kTxt = 16, kOpt = 41 };

std::uint16_t u16_at(std::string_view bytes, std::size_t at) {
  const auto high = static_cast<unsigned char>(bytes[at]);
  const auto low = static_cast<unsigned char>(bytes[at + 1]);
  return static_cast<std::uint16_t>(high << 8 | low);
}

void put_u16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

void put_u32(std::string& out, std::uint32_t value) {
  put_u16(out, value >> 16);
  put_u16(out, value & 0xffff);
}

struct Question {
  std::string name;  // lower-case, dots between labels
  std::size_t end;   // offset behind the question
  std::size_t zone;  // offset of the last two labels; of the root when there are fewer
  std::uint16_t type;
};

std::optional<Question> parse_question(std::string_view query) {
  if (query.size() < kHeaderBytes || query.size() > kMaxQuery) return std::nullopt;
  if ((query[2] & 0x80) != 0 || u16_at(query, 4) != 1) return std::nullopt;
  Question question{};
  std::array<std::size_t, 3> last{};  // offsets of the last three labels, the root included
  std::size_t at = kHeaderBytes;
  for (;;) {
    if (at >= query.size()) return std::nullopt;
    last = {last[1], last[2], at};
    const auto length = static_cast<unsigned char>(query[at]);
    if (length == 0) break;
    if (length > 63 || at + 1 + length > query.size()) return std::nullopt;
    if (!question.name.empty()) question.name += '.';
    for (const char c : query.substr(at + 1, length)) {
      question.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    at += 1U + length;
  }
  if (at + 5 > query.size()) return std::nullopt;
  question.type = u16_at(query, at + 1);
  question.end = at + 5;
  question.zone = last[0] != 0 ? last[0] : at;
  return question;
}

class Response {
 public:
  Response(std::string_view query, const Question& question, std::chrono::seconds ttl)
      : out_(query.substr(0, question.end)), zone_(question.zone), ttl_(ttl) {
    out_[2] = static_cast<char>(0x80 | (query[2] & 0x79));  // response, opcode and RD copied
    out_[3] = static_cast<char>(0xa0);  // recursion available, authentic data, NOERROR
    for (std::size_t i = 6; i < kHeaderBytes; ++i) out_[i] = 0;
  }

  void set_nxdomain() { out_[3] = static_cast<char>(0xa3); }

  void add_answer(RecordType type, std::string_view data) {
    add_record(kHeaderBytes, type, data);
    ++out_[7];
  }

  // The negative TTL is that of everything else.
  void add_soa() {
    std::string data;
    put_u16(data, 0xc000U | static_cast<unsigned>(zone_));
    put_u16(data, 0xc000U | static_cast<unsigned>(zone_));
    for (const std::uint32_t value : {1U, 3600U, 600U, 86400U}) put_u32(data, value);
    put_u32(data, static_cast<std::uint32_t>(ttl_.count()));
    add_record(zone_, kSoa, data);
    ++out_[9];
  }

  void add_opt() {
    out_ += '\0';
    put_u16(out_, kOpt);
    put_u16(out_, 1232);
    put_u32(out_, 0);
    put_u16(out_, 0);
    ++out_[11];
  }

  std::string take() { return std::move(out_); }

 private:
  void add_record(std::size_t owner, RecordType type, std::string_view data) {
    put_u16(out_, 0xc000U | static_cast<unsigned>(owner));
    put_u16(out_, type);
    put_u16(out_, 1);  // IN
    put_u32(out_, static_cast<std::uint32_t>(ttl_.count()));
    put_u16(out_, static_cast<unsigned>(data.size()));
    out_ += data;
  }

  std::string out_;
  std::size_t zone_;
  std::chrono::seconds ttl_;
};

// "mx1" or "mx2" below the name asked for.
std::string mx_data(unsigned preference, std::string_view label) {
  std::string data;
  put_u16(data, preference);
  data += static_cast<char>(label.size());
  data += label;
  put_u16(data, 0xc000U | kHeaderBytes);
  return data;
}

std::string txt_data(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}

bool add_answers(Response& response, const WorldName& name, std::uint16_t type) {
  if (name.node == WorldNode::domain && type == kMx) {
    response.add_answer(kMx, mx_data(10, "mx1"));
    response.add_answer(kMx, mx_data(20, "mx2"));
  } else if (name.node == WorldNode::sts_record && type == kTxt) {
    response.add_answer(kTxt, txt_data("v=STSv1; id=20260101T000000;"));
  } else if ((name.node == WorldNode::policy_host || name.node == WorldNode::mx_host) &&
             type == kA) {
    // Nobody listens on 127.0.0.2.
    const bool refused = name.node == WorldNode::policy_host && name.kind == WorldClass::refused;
    const std::string address{127, 0, 0, static_cast<char>(refused ? 2 : 1)};
    response.add_answer(kA, address);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string answer_dns(std::string_view query, std::chrono::seconds ttl) {
  const auto question = parse_question(query);
  if (!question) return {};
  Response response(query, *question, ttl);
  const auto name = find_world_name(question->name);
  if (!name) response.set_nxdomain();
  if (!name || !add_answers(response, *name, question->type)) response.add_soa();
  if (u16_at(query, 10) != 0) response.add_opt();
  return response.take();
}

WorldDns::WorldDns(WorldLoop& loop, std::uint16_t port, std::chrono::seconds ttl)
    : loop_(loop), ttl_(ttl) {
  constexpr int kTries = 20;
  for (int i = 0; i < kTries && udp_.get() < 0; ++i) {
    tcp_ = listen_on(loopback(port));
    udp_ = bind_datagram(loopback(port_of(tcp_)));
  }
  if (udp_.get() < 0) fail("no port is free for both UDP and TCP");
  loop_.add(*this, udp_.get(), EPOLLIN);
  loop_.add(*this, tcp_.get(), EPOLLIN);
}

void WorldDns::on_ready(int fd) {
  if (fd == udp_.get()) return answer_datagrams();
  if (fd == tcp_.get()) return accept_streams();
  const auto stream = streams_.find(fd);
  if (!answer_stream(stream->second)) streams_.erase(stream);
}

void WorldDns::answer_datagrams() {
  std::array<char, kMaxQuery> buffer;
  for (;;) {
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    auto* raw = reinterpret_cast<sockaddr*>(&from);
    const ssize_t got = recvfrom(udp_.get(), buffer.data(), buffer.size(), 0, raw, &length);
    if (got < 0) return;
    const std::string answer = answer_dns({buffer.data(), static_cast<std::size_t>(got)}, ttl_);
    if (!answer.empty()) sendto(udp_.get(), answer.data(), answer.size(), 0, raw, length);
  }
}

void WorldDns::accept_streams() {
  for (Fd fd = accept_from(tcp_); fd.get() >= 0; fd = accept_from(tcp_)) {
    const int number = fd.get();
    loop_.add(*this, number, EPOLLIN);
    streams_.insert_or_assign(number, Stream{std::move(fd), {}});
  }
}

bool WorldDns::answer_stream(Stream& stream) {
  std::array<char, 4096> buffer;
  const ssize_t got = recv(stream.fd.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  stream.input.append(buffer.data(), static_cast<std::size_t>(got));
  while (stream.input.size() >= 2) {
    const std::size_t length = u16_at(stream.input, 0);
    if (length > kMaxQuery) return false;
    if (stream.input.size() < 2 + length) return true;
    const std::string answer = answer_dns(std::string_view(stream.input).substr(2, length), ttl_);
    if (answer.empty()) return false;
    std::string framed;
    put_u16(framed, static_cast<unsigned>(answer.size()));
    framed += answer;
    const ssize_t sent = send(stream.fd.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(framed.size())) return false;
    stream.input.erase(0, 2 + length);
  }
  return true;
}

}  // namespace strictmx::bench
