// store/test_support.h: what the store's tests share. Included by _test.cc files only.
#pragma once
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "core/known_policy.h"
#include "store/policy_store.h"

namespace strictmx {

// A directory that is gone with the object.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "strictmx-store-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path state() const { return path_ / "state"; }
  std::filesystem::path database() const { return state() / "policies.sqlite"; }

 private:
  std::filesystem::path path_;
};

// `lines` may be read when no other thread writes any more.
class LinesLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::span<const LogField> fields) override {
    const std::lock_guard lock(mutex_);
    lines.push_back(format_log_line(event, fields));
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

inline KnownPolicy make_policy(const std::string& domain, const std::string& id = "20261124",
                               std::int64_t fetched_at = 1795500000) {
  const std::string body =
      "version: STSv1\r\nmode: enforce\r\nmx: mx1." + domain + "\r\nmax_age: 604800\r\n";
  return KnownPolicy{Domain::parse(domain).value(), id, body, parse_policy(body).value().policy,
                     WallTime{Seconds{fetched_at}}};
}

inline std::unique_ptr<PolicyStore> open_store(const TempDir& dir, Log& log,
                                               StoreAccess access = StoreAccess::read_write) {
  auto store = PolicyStore::open(dir.state(), access, log);
  INFO((store ? "" : store.error().detail));
  REQUIRE(store.has_value());
  return *std::move(store);
}

// "domain id fetched_at" of every readable row, as load_all hands them out.
inline std::vector<std::string> list_rows(PolicyStore& store) {
  std::vector<std::string> rows;
  const auto loaded = store.load_all([&](const KnownPolicy& policy) {
    rows.push_back(policy.domain.text() + " " + policy.id + " " +
                   std::to_string(policy.fetched_at.time_since_epoch().count()));
  });
  CHECK(loaded.has_value());
  return rows;
}

// Runs `body` in a child process and returns what waitpid says. `body` returns the exit code and
// uses no doctest macros.
template <class F>
int run_in_child(F body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace strictmx
