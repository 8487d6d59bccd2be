#include "store/policy_store.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "store/policy_file.h"
#include "store/policy_loader.h"
#include "store/policy_row.h"
#include "store/policy_salvage.h"
#include "store/sqlite.h"

namespace strictmx {

namespace {

// More unreadable rows than this are counted, but not listed one by one in the log.
constexpr std::size_t kMaxReportedRows = 100;

// A connection and its statements, made and given up together.
struct OpenFile {
  SqliteConnection connection;
  SqliteStatement find;
  std::optional<SqliteStatement> put;    // absent for read_only
  std::optional<SqliteStatement> erase;  // likewise

  static Result<OpenFile> open(const std::filesystem::path& dir, StoreAccess access) {
    auto connection = open_policy_file(dir, access);
    if (!connection) return std::unexpected(connection.error());
    auto find = connection->prepare(
        "SELECT domain, id, body, fetched_at, checksum FROM policies WHERE domain = ?1");
    if (!find) return std::unexpected(find.error());
    OpenFile file{*std::move(connection), *std::move(find), std::nullopt, std::nullopt};
    if (access == StoreAccess::read_only) return file;
    auto put = file.connection.prepare(
        "INSERT OR REPLACE INTO policies (domain, id, body, fetched_at, checksum)"
        " VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!put) return std::unexpected(put.error());
    file.put.emplace(*std::move(put));
    auto erase = file.connection.prepare("DELETE FROM policies WHERE domain = ?1");
    if (!erase) return std::unexpected(erase.error());
    file.erase.emplace(*std::move(erase));
    return file;
  }

  // Reads the whole file: damage is met now, not when a policy is missing.
  static Result<OpenFile> open_checked(const std::filesystem::path& dir) {
    auto file = open(dir, StoreAccess::read_write);
    if (!file) return file;
    auto good = file->connection.check_structure(CheckDepth::quick, 1);
    if (!good) return std::unexpected(good.error());
    if (good->empty()) return file;
    return fail(Errc::corrupt, fmt::format("{}: {}", (dir / kPolicyFile).string(), good->front()));
  }

  static Result<OpenFile> open_repaired(const std::filesystem::path& dir, Log& log) {
    auto file = open_checked(dir);
    if (file || file.error().code != Errc::corrupt) return file;
    if (auto saved = salvage_policy_file(dir, file.error().detail, log); !saved) {
      return std::unexpected(saved.error());
    }
    return open(dir, StoreAccess::read_write);
  }
};

class SqlitePolicyStore final : public PolicyStore {
 public:
  SqlitePolicyStore(std::filesystem::path dir, StoreAccess access, Log& log, OpenFile file)
      : dir_(std::move(dir)), access_(access), log_(log), file_(std::move(file)) {}

  Result<std::size_t> load_all(const std::function<void(KnownPolicy)>& each) override;
  Result<KnownPolicy> find(const Domain& domain) override;
  Result<void> save(const std::vector<KnownPolicy>& policies) override;
  Result<std::size_t> save_newer(const std::vector<KnownPolicy>& policies) override;
  Result<bool> erase(const Domain& domain) override;

 private:
  Result<void> ensure_open();
  template <class Change>
  auto change(Change change) -> decltype(change());
  Result<void> put(const KnownPolicy& policy);
  Result<void> put_all(const std::vector<KnownPolicy>& policies);
  Result<std::size_t> put_newer(const std::vector<KnownPolicy>& policies);
  Result<KnownPolicy> find_row(const Domain& domain);
  Result<bool> erase_row(const Domain& domain);

  std::filesystem::path dir_;
  StoreAccess access_;
  Log& log_;
  std::optional<OpenFile> file_;  // absent after a failure, until the next use
  bool suspect_ = false;          // the failure was damage
};

Result<void> SqlitePolicyStore::ensure_open() {
  if (file_ && access_ == StoreAccess::read_write && file_->connection.has_moved()) {
    log_.warning("policy_file_gone", {{"file", (dir_ / kPolicyFile).string()}});
    file_.reset();
  }
  if (file_) return {};
  auto opened = suspect_ ? OpenFile::open_repaired(dir_, log_) : OpenFile::open(dir_, access_);
  if (!opened) {
    suspect_ = access_ == StoreAccess::read_write && opened.error().code == Errc::corrupt;
    return std::unexpected(opened.error());
  }
  suspect_ = false;
  file_.emplace(*std::move(opened));
  return {};
}

Result<std::size_t> SqlitePolicyStore::load_all(const std::function<void(KnownPolicy)>& each) {
  if (auto ready = ensure_open(); !ready) return std::unexpected(ready.error());
  std::size_t skipped = 0;
  const auto skip = [&](std::string_view domain, const std::string& why) {
    if (++skipped > kMaxReportedRows) return;
    log_.error("policy_row_unreadable", {{"domain", std::string(domain)}, {"why", why}});
  };
  if (auto read = load_rows(file_->connection, {each, skip}); !read) {
    return std::unexpected(read.error());
  }
  return skipped;
}

Result<KnownPolicy> SqlitePolicyStore::find(const Domain& domain) {
  if (auto ready = ensure_open(); !ready) return std::unexpected(ready.error());
  return find_row(domain);
}

Result<KnownPolicy> SqlitePolicyStore::find_row(const Domain& domain) {
  auto& statement = file_->find;
  statement.reset();
  statement.bind_text(1, domain.text());
  const auto found = statement.step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(Errc::not_found, fmt::format("{}: no stored policy", domain.text()));
  auto policy = parse_row(row_of(statement));
  statement.reset();
  if (policy) return policy;
  return fail(policy.error().code, fmt::format("{}: row of {}: {}", (dir_ / kPolicyFile).string(),
                                               domain.text(), policy.error().detail));
}

// Closing rolls back; a new connection has no memory of the failure. After damage the file is
// repaired and the change tried once more.
template <class Change>
auto SqlitePolicyStore::change(Change change) -> decltype(change()) {
  if (access_ == StoreAccess::read_only) {
    return fail(Errc::io, fmt::format("{}: opened for reading", dir_.string()));
  }
  for (int attempt = 1;; ++attempt) {
    if (auto ready = ensure_open(); !ready) {
      if (attempt == 1 && suspect_) continue;
      return std::unexpected(ready.error());
    }
    auto changed = change();
    if (changed) return changed;
    file_.reset();
    suspect_ = changed.error().code == Errc::corrupt;
    if (attempt == 2 || !suspect_) return changed;
  }
}

Result<void> SqlitePolicyStore::save(const std::vector<KnownPolicy>& policies) {
  if (policies.empty()) return {};
  return change([&] { return put_all(policies); });
}

Result<std::size_t> SqlitePolicyStore::save_newer(const std::vector<KnownPolicy>& policies) {
  return change([&] { return put_newer(policies); });
}

Result<bool> SqlitePolicyStore::erase(const Domain& domain) {
  return change([&] { return erase_row(domain); });
}

Result<bool> SqlitePolicyStore::erase_row(const Domain& domain) {
  auto& statement = *file_->erase;
  statement.reset();
  statement.bind_text(1, domain.text());
  const auto done = statement.step();
  if (!done) return std::unexpected(done.error());
  statement.reset();
  const auto rows = file_->connection.read_number("SELECT changes()");
  if (!rows) return std::unexpected(rows.error());
  return *rows > 0;
}

Result<void> SqlitePolicyStore::put(const KnownPolicy& policy) {
  const auto row = format_row(policy);
  auto& statement = *file_->put;
  statement.reset();
  statement.bind_text(1, row.domain);
  statement.bind_text(2, row.id);
  statement.bind_blob(3, row.body);
  statement.bind_number(4, row.fetched_at);
  statement.bind_number(5, row.checksum);
  const auto done = statement.step();
  if (!done) return std::unexpected(done.error());
  statement.reset();
  return {};
}

Result<void> SqlitePolicyStore::put_all(const std::vector<KnownPolicy>& policies) {
  if (auto begun = file_->connection.run("BEGIN IMMEDIATE"); !begun) return begun;
  for (const auto& policy : policies) {
    if (auto done = put(policy); !done) return done;
  }
  return file_->connection.run("COMMIT");
}

Result<std::size_t> SqlitePolicyStore::put_newer(const std::vector<KnownPolicy>& policies) {
  if (auto begun = file_->connection.run("BEGIN IMMEDIATE"); !begun) {
    return std::unexpected(begun.error());
  }
  std::size_t saved = 0;
  for (const auto& policy : policies) {
    const auto stored = find_row(policy.domain);
    if (stored && stored->fetched_at >= policy.fetched_at) continue;
    if (auto done = put(policy); !done) return std::unexpected(done.error());
    ++saved;
  }
  if (auto done = file_->connection.run("COMMIT"); !done) return std::unexpected(done.error());
  return saved;
}

}  // namespace

Result<std::unique_ptr<PolicyStore>> PolicyStore::open(const std::filesystem::path& dir,
                                                       StoreAccess access, Log& log) {
  auto file = access == StoreAccess::read_write ? OpenFile::open_repaired(dir, log)
                                                : OpenFile::open(dir, access);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<SqlitePolicyStore>(dir, access, log, *std::move(file));
}

}  // namespace strictmx
