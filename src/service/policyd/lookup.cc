#include "service/policyd/lookup.h"

#include <deque>
#include <exception>

#include "net/spawn.h"

namespace strictmx {

namespace {

struct Arrived {
  std::size_t part;
  Reply reply;
};

// Does one thing that a machine asked for. `question` must outlive the coroutine.
Task<Reply> ask(LookupParts& parts, const Question& question) {
  const MonoTime deadline = parts.clock.now().mono + parts.dns_timeout;
  if (const auto* txt = std::get_if<AskTxt>(&question)) {
    TxtAnswer answer = co_await parts.dns.query_txt(txt->name, deadline);
    co_return Reply(std::move(answer));
  }
  if (const auto* fetch = std::get_if<FetchPolicy>(&question)) {
    FetchOutcome outcome = co_await parts.fetch.fetch(fetch->domain);
    parts.metrics.count_fetch(outcome.status);
    co_return Reply(std::move(outcome));
  }
  if (const auto* save = std::get_if<SavePolicy>(&question)) {
    Result<void> result = co_await parts.sink.save(save->policy);
    if (parts.on_policy) parts.on_policy(save->policy);
    co_return Reply(Saved{std::move(result)});
  }
  if (const auto* mx = std::get_if<AskMx>(&question)) {
    MxAnswer answer = co_await parts.dns.query_mx(mx->domain, deadline);
    co_return Reply(std::move(answer));
  }
  if (const auto* addresses = std::get_if<AskAddresses>(&question)) {
    AddressAnswer answer = co_await parts.dns.query_addresses(addresses->host, deadline);
    co_return Reply(std::move(answer));
  }
  if (const auto* cname = std::get_if<AskCname>(&question)) {
    CnameAnswer answer = co_await parts.dns.query_cname(cname->host, deadline);
    co_return Reply(std::move(answer));
  }
  const Domain base = std::get<AskTlsa>(question).base;
  TlsaAnswer answer = co_await parts.dns.query_tlsa(base, deadline);
  co_return Reply(std::move(answer));
}

// Lives in the frame of run_lookup, which waits for all requests it spawned.
class Driver {
 public:
  Driver(LookupParts& parts, asio::any_io_executor executor)
      : parts_(parts), executor_(executor), wake_(executor) {}

  // Starts the requests; a single one with nothing else under way is left to next().
  void start(std::vector<Request> requests) {
    if (requests.size() == 1 && outstanding_ == 0) {
      alone_ = std::move(requests.front());
      return;
    }
    for (auto& request : requests) {
      ++outstanding_;
      Task<void> task = perform(*this, std::move(request));
      spawn(executor_, std::move(task));
    }
  }

  // The next reply. Throws what a request threw.
  Task<Arrived> next() {
    if (alone_) {
      const Request request = *std::exchange(alone_, std::nullopt);
      Reply reply = co_await ask(parts_, request.question);
      co_return Arrived{request.part, std::move(reply)};
    }
    while (inbox_.empty() && !bug_) co_await wait();
    if (bug_) std::rethrow_exception(bug_);
    Arrived arrived = std::move(inbox_.front());
    inbox_.pop_front();
    co_return arrived;
  }

  // Until no request is under way.
  Task<void> quiesce() {
    while (outstanding_ > 0) co_await wait();
  }

 private:
  static Task<void> perform(Driver& self, Request request) {
    try {
      Reply reply = co_await ask(self.parts_, request.question);
      self.inbox_.push_back(Arrived{request.part, std::move(reply)});
    } catch (...) {
      self.bug_ = std::current_exception();
    }
    --self.outstanding_;
    self.wake_.cancel();
  }

  Task<void> wait() {
    wake_.expires_at(MonoTime::max());
    co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  LookupParts& parts_;
  asio::any_io_executor executor_;
  asio::steady_timer wake_;
  std::optional<Request> alone_;
  std::size_t outstanding_ = 0;
  std::deque<Arrived> inbox_;
  std::exception_ptr bug_;
};

Task<void> drive(Driver& driver, TlsPolicy& flow, const Clock& clock, LookupEvents events) {
  driver.start(flow.start(clock.now()));
  bool told = false;
  bool told_open = false;
  for (;;) {
    if (flow.decided() && !told) {
      told = true;
      events.on_decided(flow.result());
    } else if (flow.dane_open() && !told_open && events.on_dane_open) {
      told_open = true;
      events.on_dane_open();
    }
    if (flow.finished()) co_return;
    const Arrived arrived = co_await driver.next();
    driver.start(flow.on_reply(clock.now(), arrived.part, arrived.reply));
  }
}

}  // namespace

Task<TlsPolicyResult> run_lookup(LookupParts& parts, NextHop hop, StsMemory memory,
                                 LookupEvents events) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Driver driver(parts, executor);
  TlsPolicy flow(std::move(hop), std::move(memory), parts.rules);
  std::exception_ptr bug;
  try {
    co_await drive(driver, flow, parts.clock, std::move(events));
  } catch (...) {
    bug = std::current_exception();
  }
  co_await driver.quiesce();
  if (bug) std::rethrow_exception(bug);
  co_return flow.result();
}

Task<StsResult> run_refresh(LookupParts& parts, Domain domain, StsMemory memory) {
  StsLookup flow(std::move(domain), std::move(memory), parts.rules.sts, StsPurpose::refresh);
  StsAction action = flow.start(parts.clock.now());
  for (;;) {
    if (std::holds_alternative<Done>(action)) co_return flow.result();
    if (const auto* txt = std::get_if<AskTxt>(&action)) {
      const Question question = *txt;
      const Reply reply = co_await ask(parts, question);
      action = flow.on_txt(parts.clock.now(), std::get<TxtAnswer>(reply));
    } else if (const auto* fetch = std::get_if<FetchPolicy>(&action)) {
      const Question question = *fetch;
      const Reply reply = co_await ask(parts, question);
      action = flow.on_fetch(parts.clock.now(), std::get<FetchOutcome>(reply));
    } else {
      const Question question = std::get<SavePolicy>(action);
      const Reply reply = co_await ask(parts, question);
      action = flow.on_saved(parts.clock.now(), std::get<Saved>(reply).result);
    }
  }
}

}  // namespace strictmx
