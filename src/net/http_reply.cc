#include "net/http_reply.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>

#include "base/text.h"

namespace strictmx {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t kMaxHead = 16384;
constexpr std::uint64_t kMaxBody = 65537;  // one over what a sender takes (RFC 8461 §3.3)
constexpr unsigned kMaxInterim = 8;
constexpr std::size_t kMaxFields = 64;
constexpr std::size_t kMaxValue = 1024;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct HttpReply::State {
  State() { begin(); }

  void begin() {
    parser.emplace();
    parser->header_limit(kMaxHead);
    parser->body_limit(kMaxBody);
    parser->eager(false);  // stops behind the head
  }
  void end(HttpEnd how, std::string detail) {
    facts.end = how;
    facts.detail = std::move(detail);
  }
  bool ended() const { return facts.end != HttpEnd::not_tried; }

  void judge(const boost::system::error_code& error);
  bool interim();
  void keep_head();
  void finish();

  std::optional<Parser> parser;
  std::string held;     // octets of a head that has not ended
  std::string opening;  // the first octets of all, at most five
  unsigned interims = 0;
  HttpFacts facts;
};

void HttpReply::State::judge(const boost::system::error_code& error) {
  const bool large = error == http::error::body_limit || error == http::error::header_limit ||
                     error == http::error::buffer_overflow;
  end(large ? HttpEnd::too_large : HttpEnd::protocol, error.message());
}

// True: that was only an interim response (RFC 9110 §15.2), the next one may be in `held`.
bool HttpReply::State::interim() {
  const auto status = parser->get().result_int();
  if (status < 100 || status > 199 || status == 101) return false;
  if (++interims > kMaxInterim) {
    end(HttpEnd::protocol, "too many interim responses");
    return false;
  }
  begin();
  return true;
}

// Of the last response. Later the parser adds the fields behind a chunked body to these, which say
// nothing about its type (RFC 9110 §6.5.1).
void HttpReply::State::keep_head() {
  const auto& message = parser->get();
  facts.status = message.result_int();
  facts.is_http_1_0 = message.version() < 11;
  for (const auto& field : message) {
    if (facts.fields.size() == kMaxFields) break;
    facts.fields.push_back({ascii_lower(view(field.name_string())),
                            std::string(view(field.value()).substr(0, kMaxValue))});
  }
}

// Keeps what was read of the body, however it ended.
void HttpReply::State::finish() {
  if (!parser->is_header_done()) return;
  facts.body = std::move(parser->get().body());
  facts.body_bytes = facts.body.size();
}

HttpReply::HttpReply() : state_(std::make_unique<State>()) {}
HttpReply::HttpReply(HttpReply&&) noexcept = default;
HttpReply& HttpReply::operator=(HttpReply&&) noexcept = default;
HttpReply::~HttpReply() = default;

bool HttpReply::on_octets(std::string_view octets) {
  auto& state = *state_;
  state.held += octets;
  state.opening += octets.substr(0, 5 - state.opening.size());
  while (!state.ended() && !state.held.empty()) {
    const bool in_head = !state.parser->is_header_done();
    boost::system::error_code error;
    const auto used = state.parser->put(boost::asio::buffer(state.held), error);
    state.held.erase(0, used);
    if (error == http::error::need_more) break;
    if (error) {
      state.judge(error);
    } else if (in_head && state.parser->is_header_done() && !state.interim()) {
      state.keep_head();
      state.parser->eager(true);
    }
    if (!state.ended() && state.parser->is_done()) state.end(HttpEnd::complete, "");
    if (used == 0) break;
  }
  if (!state.ended() && !state.parser->is_header_done() && state.held.size() > kMaxHead)
    state.end(HttpEnd::too_large, "head too large");
  return state.ended();
}

void HttpReply::on_closed() {
  auto& state = *state_;
  if (state.ended()) return;
  if (!state.parser->is_header_done()) {
    const bool http = std::string_view("HTTP/").starts_with(state.opening);
    return http ? state.end(HttpEnd::closed, "closed before the head was complete")
                : state.end(HttpEnd::protocol, "not HTTP");
  }
  boost::system::error_code error;
  state.parser->put_eof(error);
  if (error) {
    state.end(HttpEnd::truncated, "closed within the body");
  } else {
    state.end(HttpEnd::complete, "");
  }
}

void HttpReply::on_timeout() {
  if (!state_->ended()) state_->end(HttpEnd::timeout, "no complete answer in time");
}

HttpFacts HttpReply::take() {
  state_->finish();
  return std::move(state_->facts);
}

}  // namespace strictmx
