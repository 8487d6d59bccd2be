// A policy host's answer: however it is cut, it is good or not, with the same body, never larger
// than it may be, and strictmx check says of it what the daemon does. (Which fault is named may
// depend on the cuts: a head that never ends and is wrong as well.) The first octet seeds the cuts.
#include <algorithm>
#include <string>

#include "check.h"
#include "core/sts_policy.h"
#include "cuts.h"
#include "mutator.h"
#include "net/http_reply.h"
#include "net/policy_reply.h"
#include "wire/policy_answer.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kWords[] = {"HTTP/1.1 200 OK\r\n",
                                       "HTTP/1.0 200\r\n",
                                       "HTTP/1.1 103 Early\r\n\r\n",
                                       "HTTP/1.1 302 Found\r\n",
                                       "HTTP/1.1 404\r\n",
                                       "Content-Type: text/plain\r\n",
                                       "content-type: Text/Plain; charset=utf-8\r\n",
                                       "Content-Length: 5\r\n",
                                       "Content-Length: 65537\r\n",
                                       "Transfer-Encoding: chunked\r\n",
                                       "Content-Encoding: gzip\r\n",
                                       "Connection: close\r\n",
                                       "\r\n",
                                       "\n",
                                       "5\r\nhello\r\n",
                                       "0\r\n\r\n",
                                       "ffffffffffffffff\r\n",
                                       "1;a=\"b\"\r\nx\r\n",
                                       " folded\r\n"};
constexpr fuzz::PieceForm kForm{"\n", kWords, 1};
constexpr std::size_t kMostFields = 64;   // of net/http_reply.h
constexpr std::size_t kMostValue = 1024;  // of net/http_reply.h

// What the daemon makes of it.
FetchOutcome fetched(std::string_view stream, unsigned seed) {
  PolicyReply reply;
  for (fuzz::Cuts cuts(stream, seed); !cuts.done();) {
    if (reply.on_octets(cuts.next())) return reply.take();
  }
  reply.on_end(true);
  return reply.take();
}

// What strictmx check sees.
HttpFacts seen(std::string_view stream, unsigned seed) {
  HttpReply reply;
  for (fuzz::Cuts cuts(stream, seed); !cuts.done();) {
    if (reply.on_octets(cuts.next())) return reply.take();
  }
  reply.on_closed();
  return reply.take();
}

FetchOutcome judged(HttpFacts http) {
  PolicyAddressFacts facts{IpAddress::v4({192, 0, 2, 1})};
  facts.connect.status = ConnectStatus::connected;
  facts.tls.status = HandshakeStatus::done;
  facts.tls.chain.status = ChainStatus::ok;
  facts.tls.chain.sent.emplace_back().dns_names = {"mta-sts.a.example"};
  facts.http = std::move(http);
  return judge_policy_answer(facts, "mta-sts.a.example");
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, kForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = fuzz::text(data + 1, size - 1);
  const auto outcome = fetched(stream, data[0]);
  const auto again = fetched(stream, data[0] + 257U);
  const bool ok = outcome.status == FetchStatus::ok;
  check((again.status == FetchStatus::ok) == ok && outcome.body == again.body,
        "cuts do not matter");
  check(outcome.body.size() <= kMaxPolicyBytes, "body");
  check(ok || (outcome.body.empty() && !outcome.detail.empty()), "a reason and no body");
  auto facts = seen(stream, data[0]);
  const auto other = seen(stream, data[0] + 257U);
  const bool whole = facts.end == HttpEnd::complete;
  check((other.end == HttpEnd::complete) == whole, "nor for the probe");
  check(!whole || (facts.status == other.status && facts.body == other.body), "the same answer");
  const bool kept =
      facts.fields.size() < kMostFields &&
      std::ranges::all_of(
          facts.fields, [](const HttpField& field) { return field.value.size() < kMostValue; });
  if (!kept) return 0;  // the probe has limits of its own for fields
  const auto verdict = judged(std::move(facts));
  check((verdict.status == FetchStatus::ok) == ok && verdict.body == outcome.body,
        "check and daemon agree");
  return 0;
}
