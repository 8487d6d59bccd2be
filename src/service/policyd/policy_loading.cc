#include "service/policyd/policy_loading.h"

#include <utility>

#include "net/one_shot.h"
#include "net/spawn.h"

namespace strictmx {

PolicyLoading::PolicyLoading(asio::io_context& io, StoredPolicies& disk, Log& log, Millis pause)
    : io_(io), disk_(disk), log_(log), pause_(pause), gate_(io) {
  gate_.expires_at(MonoTime::max());
}

void PolicyLoading::start(Take each, std::function<void()> on_done) {
  each_ = std::move(each);
  on_done_ = std::move(on_done);
  running_ += 2;
  Task<void> checking = check(*this);
  spawn(io_, std::move(checking));
  Task<void> loading = load(*this);
  spawn(io_, std::move(loading));
}

void PolicyLoading::stop() {
  stopping_ = true;
  gate_.cancel();
}

Task<void> PolicyLoading::check(PolicyLoading& self) {
  while (!self.stopping_) {
    Result<void> checked = co_await self.disk_.check();
    if (!checked) {
      ++self.repairs_;
      checked = co_await self.disk_.repair();
    }
    if (checked) {
      self.sound_ = true;
      self.gate_.cancel();
      break;
    }
    self.report(checked.error());
    co_await self.rest();
  }
  --self.running_;
}

Task<void> PolicyLoading::load(PolicyLoading& self) {
  while (!self.stopping_) {
    const unsigned repairs = self.repairs_;
    const bool read = co_await self.load_rows();
    if (!read) {
      co_await self.rest();
      continue;
    }
    co_await self.until_sound();
    if (self.stopping_ || repairs != self.repairs_) continue;
    self.done_ = true;
    self.log_.info("policies_loaded", {{"count", std::to_string(self.loaded_)},
                                       {"unreadable", std::to_string(self.unreadable_)}});
    self.on_done_();
    break;
  }
  --self.running_;
}

// False: from the beginning, later.
Task<bool> PolicyLoading::load_rows() {
  loaded_ = 0;
  unreadable_ = 0;
  std::string after;
  while (!stopping_) {
    const Result<PolicyStore::Part> part = co_await disk_.load_part(after);
    if (!part) {
      report(part.error());
      co_return false;
    }
    for (const auto& policy : part->policies) each_(policy);
    loaded_ += part->policies.size();
    unreadable_ += part->unreadable;
    if (part->end) co_return true;
    after = part->last;
  }
  co_return false;
}

Task<Result<std::optional<KnownPolicy>>> PolicyLoading::find(Domain domain) {
  using Found = Result<std::optional<KnownPolicy>>;
  while (!stopping_) {
    const bool sure = sound_;
    Result<KnownPolicy> stored = co_await disk_.find(domain);
    if (stored) co_return Found(*std::move(stored));
    // A row that cannot be read is as good as absent.
    const Errc code = stored.error().code;
    if (code != Errc::not_found && code != Errc::corrupt) {
      co_return Found(std::unexpected(stored.error()));
    }
    if (sure) co_return Found(std::nullopt);
    co_await until_sound();
  }
  co_return Found(fail(Errc::cancelled, "shutting down"));
}

Task<void> PolicyLoading::until_sound() {
  while (!sound_ && !stopping_) {
    co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Task<void> PolicyLoading::rest() {
  asio::steady_timer timer(io_, pause_);
  if (!stopping_) co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void PolicyLoading::report(const Error& error) {
  if (std::exchange(reported_, true)) return;
  log_.error("store_unreadable", {{"why", error.detail}});
}

}  // namespace strictmx
