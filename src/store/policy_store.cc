#include "store/policy_store.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "store/policy_file.h"
#include "store/policy_row.h"
#include "store/sqlite.h"

namespace strictmx {

namespace {

// More unreadable rows than this are counted, but not listed one by one in the log.
constexpr std::size_t kMaxReportedRows = 100;

PolicyRow row_of(const SqliteStatement& statement) {
  return PolicyRow{statement.octets(0), statement.octets(1), statement.octets(2),
                   statement.number(3), statement.number(4)};
}

// A connection and its statements, made and given up together.
struct OpenFile {
  SqliteConnection connection;
  SqliteStatement find;
  std::optional<SqliteStatement> put;  // absent for read_only

  static Result<OpenFile> open(const std::filesystem::path& dir, StoreAccess access) {
    auto connection = open_policy_file(dir, access);
    if (!connection) return std::unexpected(connection.error());
    auto find = connection->prepare(
        "SELECT domain, id, body, fetched_at, checksum FROM policies WHERE domain = ?1");
    if (!find) return std::unexpected(find.error());
    OpenFile file{*std::move(connection), *std::move(find), std::nullopt};
    if (access == StoreAccess::read_only) return file;
    auto put = file.connection.prepare(
        "INSERT OR REPLACE INTO policies (domain, id, body, fetched_at, checksum)"
        " VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!put) return std::unexpected(put.error());
    file.put.emplace(*std::move(put));
    return file;
  }
};

enum class Order : std::uint8_t { rising, falling };

// Hands out the rows of the table and counts those that cannot be read.
class Loader {
 public:
  Loader(const std::function<void(KnownPolicy)>& each, Log& log) : each_(each), log_(log) {}

  Result<std::size_t> load(SqliteConnection& connection) {
    const auto rising = scan(connection, Order::rising);
    if (rising) return skipped_;
    if (rising.error().code != Errc::corrupt) return std::unexpected(rising.error());
    // A page of the tree is damaged. What lies behind it can be reached from the other end, up to
    // the same page, so that no row is met twice.
    skip("", rising.error().detail);
    const auto falling = scan(connection, Order::falling);
    if (!falling && falling.error().code != Errc::corrupt) return std::unexpected(falling.error());
    return skipped_;
  }

 private:
  Result<void> scan(SqliteConnection& connection, Order order) {
    auto rows = connection.prepare(
        order == Order::rising
            ? "SELECT domain, id, body, fetched_at, checksum FROM policies ORDER BY domain"
            : "SELECT domain, id, body, fetched_at, checksum FROM policies ORDER BY domain DESC");
    if (!rows) return std::unexpected(rows.error());
    for (;;) {
      const auto more = rows->step();
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
      take(row_of(*rows));
    }
  }

  void take(const PolicyRow& row) {
    auto policy = parse_row(row);
    if (policy) {
      each_(*std::move(policy));
    } else {
      skip(row.domain, policy.error().detail);
    }
  }

  void skip(std::string_view domain, const std::string& why) {
    ++skipped_;
    if (skipped_ > kMaxReportedRows) return;
    log_.error("policy_row_unreadable", {{"domain", std::string(domain)}, {"why", why}});
  }

  const std::function<void(KnownPolicy)>& each_;
  Log& log_;
  std::size_t skipped_ = 0;
};

class SqlitePolicyStore final : public PolicyStore {
 public:
  SqlitePolicyStore(std::filesystem::path dir, StoreAccess access, Log& log, OpenFile file)
      : dir_(std::move(dir)), access_(access), log_(log), file_(std::move(file)) {}

  Result<std::size_t> load_all(const std::function<void(KnownPolicy)>& each) override;
  Result<KnownPolicy> find(const Domain& domain) override;
  Result<void> save(const std::vector<KnownPolicy>& policies) override;

 private:
  Result<void> ensure_open();
  Result<void> put_all(const std::vector<KnownPolicy>& policies);

  std::filesystem::path dir_;
  StoreAccess access_;
  Log& log_;
  std::optional<OpenFile> file_;  // absent after a failure, until the next use
};

Result<void> SqlitePolicyStore::ensure_open() {
  if (file_ && access_ == StoreAccess::read_write && file_->connection.has_moved()) {
    log_.warning("policy_file_gone", {{"file", (dir_ / kPolicyFile).string()}});
    file_.reset();
  }
  if (file_) return {};
  auto opened = OpenFile::open(dir_, access_);
  if (!opened) return std::unexpected(opened.error());
  file_.emplace(*std::move(opened));
  return {};
}

Result<std::size_t> SqlitePolicyStore::load_all(const std::function<void(KnownPolicy)>& each) {
  if (auto ready = ensure_open(); !ready) return std::unexpected(ready.error());
  return Loader(each, log_).load(file_->connection);
}

Result<KnownPolicy> SqlitePolicyStore::find(const Domain& domain) {
  if (auto ready = ensure_open(); !ready) return std::unexpected(ready.error());
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

Result<void> SqlitePolicyStore::save(const std::vector<KnownPolicy>& policies) {
  if (access_ == StoreAccess::read_only) {
    return fail(Errc::io, fmt::format("{}: opened for reading", dir_.string()));
  }
  if (policies.empty()) return {};
  if (auto ready = ensure_open(); !ready) return ready;
  auto saved = put_all(policies);
  // Closing rolls back; a new connection has no memory of the failure.
  if (!saved) file_.reset();
  return saved;
}

Result<void> SqlitePolicyStore::put_all(const std::vector<KnownPolicy>& policies) {
  if (auto begun = file_->connection.run("BEGIN IMMEDIATE"); !begun) return begun;
  for (const auto& policy : policies) {
    const auto row = format_row(policy);
    auto& put = *file_->put;
    put.reset();
    put.bind_text(1, row.domain);
    put.bind_text(2, row.id);
    put.bind_blob(3, row.body);
    put.bind_number(4, row.fetched_at);
    put.bind_number(5, row.checksum);
    const auto done = put.step();
    if (!done) return std::unexpected(done.error());
  }
  file_->put->reset();
  return file_->connection.run("COMMIT");
}

}  // namespace

Result<std::unique_ptr<PolicyStore>> PolicyStore::open(const std::filesystem::path& dir,
                                                       StoreAccess access, Log& log) {
  auto file = OpenFile::open(dir, access);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<SqlitePolicyStore>(dir, access, log, *std::move(file));
}

}  // namespace strictmx
