#include "store/policy_store.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "store/open_policy_file.h"
#include "store/policy_file.h"
#include "store/policy_loader.h"
#include "store/policy_row.h"

namespace strictmx {

namespace {

// More unreadable rows than this are counted, but not listed one by one in the log.
constexpr std::size_t kMaxReportedRows = 100;

class SqlitePolicyStore final : public PolicyStore {
 public:
  SqlitePolicyStore(std::filesystem::path dir, StoreAccess access, Log& log, OpenPolicyFile file)
      : dir_(std::move(dir)), access_(access), log_(log), file_(std::move(file)) {}

  Result<std::size_t> load_all(const std::function<void(KnownPolicy)>& each) override;
  Result<Part> load_part(const std::string& after, std::size_t limit) override;
  Result<void> repair() override;
  Result<KnownPolicy> find(const Domain& domain) override;
  Result<void> save(const std::vector<KnownPolicy>& policies) override;
  Result<std::size_t> save_newer(const std::vector<KnownPolicy>& policies) override;
  Result<bool> erase(const Domain& domain) override;
  std::size_t losses() const override { return losses_; }

 private:
  Result<void> ensure_open();
  template <class Use>
  auto attempt(Use use) -> decltype(use());
  template <class Change>
  auto change(Change change) -> decltype(change());
  void report_row(std::string_view domain, const std::string& why);
  Result<Part> read_part(const std::string& after, std::size_t limit);
  Result<void> put(const KnownPolicy& policy);
  Result<void> put_all(const std::vector<KnownPolicy>& policies);
  Result<std::size_t> put_newer(const std::vector<KnownPolicy>& policies);
  Result<Result<KnownPolicy>> find_row(const Domain& domain);
  Result<bool> erase_row(const Domain& domain);

  std::filesystem::path dir_;
  StoreAccess access_;
  Log& log_;
  std::optional<OpenPolicyFile> file_;  // absent after a failure, until the next use
  bool suspect_ = false;                // the failure was damage
  std::size_t losses_ = 0;
  std::size_t reported_ = 0;  // unreadable rows
};

Result<void> SqlitePolicyStore::ensure_open() {
  if (file_ && access_ == StoreAccess::read_write && file_->connection.has_moved()) {
    log_.warning("policy_file_gone", {{"file", (dir_ / kPolicyFile).string()}});
    file_.reset();
    ++losses_;
  }
  if (file_) return {};
  auto opened =
      suspect_ ? OpenPolicyFile::open_repaired(dir_, log_) : OpenPolicyFile::open(dir_, access_);
  if (!opened) {
    suspect_ = access_ == StoreAccess::read_write && opened.error().code == Errc::corrupt;
    return std::unexpected(opened.error());
  }
  suspect_ = false;
  file_.emplace(*std::move(opened));
  if (file_->salvaged) ++losses_;
  return {};
}

void SqlitePolicyStore::report_row(std::string_view domain, const std::string& why) {
  if (++reported_ > kMaxReportedRows) return;
  log_.error("policy_row_unreadable", {{"domain", std::string(domain)}, {"why", why}});
}

Result<std::size_t> SqlitePolicyStore::load_all(const std::function<void(KnownPolicy)>& each) {
  const bool may_repair = access_ == StoreAccess::read_write;
  if (auto ready = may_repair ? repair() : ensure_open(); !ready) {
    return std::unexpected(ready.error());
  }
  std::size_t skipped = 0;
  const auto skip = [&](std::string_view domain, const std::string& why) {
    ++skipped;
    report_row(domain, why);
  };
  reported_ = 0;
  if (auto read = load_rows(file_->connection, {each, skip}); !read) {
    return std::unexpected(read.error());
  }
  return skipped;
}

Result<void> SqlitePolicyStore::repair() {
  file_.reset();
  suspect_ = true;
  return ensure_open();
}

Result<PolicyStore::Part> SqlitePolicyStore::load_part(const std::string& after,
                                                       std::size_t limit) {
  if (auto ready = ensure_open(); !ready) return std::unexpected(ready.error());
  auto part = read_part(after, limit);
  if (part) return part;
  file_.reset();
  suspect_ = access_ == StoreAccess::read_write && part.error().code == Errc::corrupt;
  return part;
}

Result<PolicyStore::Part> SqlitePolicyStore::read_part(const std::string& after,
                                                       std::size_t limit) {
  Part part;
  part.last = after;
  auto& rows = file_->part;
  rows.reset();
  rows.bind_text(1, after);
  rows.bind_number(2, static_cast<std::int64_t>(limit));
  std::size_t read = 0;
  for (;; ++read) {
    const auto more = rows.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    const PolicyRow row = row_of(rows);
    if (row.domain <= part.last) return fail(Errc::corrupt, "rows are out of order");
    part.last = row.domain;
    if (auto policy = parse_row(row)) {
      part.policies.push_back(*std::move(policy));
    } else {
      ++part.unreadable;
      report_row(row.domain, policy.error().detail);
    }
  }
  rows.reset();
  part.end = read < limit;
  return part;
}

Result<KnownPolicy> SqlitePolicyStore::find(const Domain& domain) {
  auto found = attempt([&] { return find_row(domain); });
  if (!found) return std::unexpected(found.error());
  return *std::move(found);
}

// The outer error is the file's, the inner one the row's.
Result<Result<KnownPolicy>> SqlitePolicyStore::find_row(const Domain& domain) {
  using Row = Result<KnownPolicy>;
  auto& statement = file_->find;
  statement.reset();
  statement.bind_text(1, domain.text());
  const auto found = statement.step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return Row(fail(Errc::not_found, domain.text() + ": no stored policy"));
  auto policy = parse_row(row_of(statement));
  statement.reset();
  if (policy) return policy;
  return Row(
      fail(policy.error().code, fmt::format("{}: row of {}: {}", (dir_ / kPolicyFile).string(),
                                            domain.text(), policy.error().detail)));
}

// Closing rolls back; a new connection has no memory of the failure. After damage the file is
// repaired and the use tried once more.
template <class Use>
auto SqlitePolicyStore::attempt(Use use) -> decltype(use()) {
  for (int attempt = 1;; ++attempt) {
    if (auto ready = ensure_open(); !ready) {
      if (attempt == 1 && suspect_) continue;
      return std::unexpected(ready.error());
    }
    auto used = use();
    if (used) return used;
    file_.reset();
    suspect_ = access_ == StoreAccess::read_write && used.error().code == Errc::corrupt;
    if (attempt == 2 || !suspect_) return used;
  }
}

template <class Change>
auto SqlitePolicyStore::change(Change change) -> decltype(change()) {
  if (access_ == StoreAccess::read_only) {
    return fail(Errc::io, fmt::format("{}: opened for reading", dir_.string()));
  }
  if (file_ && file_->alone) file_.reset();
  return attempt(std::move(change));
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
    if (!stored) return std::unexpected(stored.error());
    if (*stored && (*stored)->fetched_at >= policy.fetched_at) continue;
    if (auto done = put(policy); !done) return std::unexpected(done.error());
    ++saved;
  }
  if (auto done = file_->connection.run("COMMIT"); !done) return std::unexpected(done.error());
  return saved;
}

}  // namespace

Result<std::unique_ptr<PolicyStore>> PolicyStore::open(const std::filesystem::path& dir,
                                                       StoreAccess access, Log& log) {
  auto file = OpenPolicyFile::open(dir, access);
  if (!file && file.error().code == Errc::corrupt && access == StoreAccess::read_write) {
    file = OpenPolicyFile::open_repaired(dir, log);
  }
  if (!file) return std::unexpected(file.error());
  return std::make_unique<SqlitePolicyStore>(dir, access, log, *std::move(file));
}

Result<void> check_policy_structure(const std::filesystem::path& dir) {
  auto connection = open_policy_file(dir, StoreAccess::read_only);
  if (!connection) return std::unexpected(connection.error());
  return check_pages(*connection, dir / kPolicyFile);
}

}  // namespace strictmx
