#include "net/policy_reply.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>

#include "wire/policy_head.h"

namespace strictmx {

namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t kMaxBody = 65536;    // RFC 8461 §3.3 suggests 64 KB
constexpr std::uint32_t kMaxHeader = 16384;  // octets of all heads of one answer
constexpr std::string_view kOpening = "HTTP/";
constexpr unsigned kMaxInterim = 8;                  // 1xx responses
constexpr std::size_t kMaxHeld = kMaxHeader + 4096;  // what the parser wants to see as a whole

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

FetchOutcome outcome(FetchStatus status, std::string detail) {
  return {status, {}, std::move(detail)};
}

FetchOutcome header_too_large() {
  return outcome(FetchStatus::too_large, fmt::format("header over {} octets", kMaxHeader));
}

FetchOutcome body_too_large() {
  return outcome(FetchStatus::too_large, fmt::format("body over {} octets", kMaxBody));
}

std::string joined(const Parser::value_type& message, http::field name) {
  std::string list;
  const auto fields = message.equal_range(name);
  for (auto field = fields.first; field != fields.second; ++field) {
    add_field_value(list, view(field->value()));
  }
  return list;
}

// At the end of the final head: what forbids to read on.
std::optional<FetchOutcome> judge_head(const Parser::value_type& message) {
  return judge_policy_head({.status = message.result_int(),
                            .is_http_1_0 = message.version() < 11,
                            .content_coding = joined(message, http::field::content_encoding),
                            .transfer_coding = joined(message, http::field::transfer_encoding),
                            .media_type = joined(message, http::field::content_type)});
}

}  // namespace

struct PolicyReply::State {
  State() { begin(); }

  void begin() {
    parser.emplace();
    parser->header_limit(kMaxHeader);
    parser->body_limit(kMaxBody);
    parser->eager(false);
  }
  bool ended() const { return result.has_value(); }
  void on_head();
  void on_error(const boost::system::error_code& error);
  void finish() { result = FetchOutcome{FetchStatus::ok, std::move(parser->get().body()), {}}; }

  std::optional<Parser> parser;
  std::string held;     // octets that the parser has not taken yet
  std::string opening;  // the first octets of all, at most five
  std::size_t header_octets = 0;
  unsigned interims = 0;
  bool head_accepted = false;
  std::optional<FetchOutcome> result;
};

// The head of one response has come.
void PolicyReply::State::on_head() {
  const unsigned status = parser->get().result_int();
  const bool interim = status >= 100 && status < 200 && status != 101;  // RFC 9110 §15.2
  if (!interim) {
    result = judge_head(parser->get());
    head_accepted = !result;
    parser->eager(true);
    return;
  }
  if (++interims > kMaxInterim) {
    result =
        outcome(FetchStatus::protocol_error, fmt::format("over {} interim responses", kMaxInterim));
  }
  begin();
}

void PolicyReply::State::on_error(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    result = header_too_large();
  } else if (error == http::error::body_limit) {
    // Of a head that announces too much other things may be worse.
    if (!head_accepted) result = judge_head(parser->get());
    if (!result) result = body_too_large();
  } else {
    result = outcome(FetchStatus::protocol_error, "HTTP: " + error.message());
  }
}

PolicyReply::PolicyReply() : state_(std::make_unique<State>()) {}
PolicyReply::~PolicyReply() = default;

bool PolicyReply::on_octets(std::string_view octets) {
  State& state = *state_;
  state.held += octets;
  state.opening += octets.substr(0, kOpening.size() - state.opening.size());
  if (!kOpening.starts_with(state.opening)) {
    state.result = outcome(FetchStatus::protocol_error, "not HTTP");
    return true;
  }
  while (!state.ended() && !state.held.empty()) {
    const bool in_head = !state.parser->is_header_done();
    boost::system::error_code error;
    const std::size_t used = state.parser->put(boost::asio::buffer(state.held), error);
    if (in_head) state.header_octets += used;
    state.held.erase(0, used);
    if (error && error != http::error::need_more) {
      state.on_error(error);
    } else if (state.header_octets > kMaxHeader) {
      state.result = header_too_large();
    } else if (in_head && state.parser->is_header_done()) {
      state.on_head();
    }
    if (!state.ended() && state.head_accepted && state.parser->is_done()) state.finish();
    if (used == 0) break;
  }
  if (!state.ended() && state.held.size() > kMaxHeld) {
    state.result = state.head_accepted ? outcome(FetchStatus::protocol_error, "endless chunk head")
                                       : header_too_large();
  }
  return state.ended();
}

void PolicyReply::on_end(bool on_purpose) {
  State& state = *state_;
  if (state.ended()) return;
  if (!state.head_accepted) {
    state.result = outcome(FetchStatus::truncated, "ended within the head");
    return;
  }
  boost::system::error_code error;
  state.parser->put_eof(error);
  if (error) {
    state.result = outcome(FetchStatus::truncated, "ended within the body");
  } else if (!on_purpose) {
    state.result = outcome(FetchStatus::truncated, "TLS ended without close_notify");
  } else {
    state.finish();
  }
}

std::string_view PolicyReply::phase() const {
  return state_->head_accepted ? "in the body" : "before the answer's head was complete";
}

FetchOutcome PolicyReply::take() { return *std::move(state_->result); }

}  // namespace strictmx
