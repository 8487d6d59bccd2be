#include "store/policy_loader.h"

#include <fmt/format.h>

namespace strictmx {

namespace {

enum class Order : std::uint8_t { rising, falling };

void take(const PolicyRow& row, const RowVisitor& visitor) {
  auto policy = parse_row(row);
  if (policy) {
    visitor.each(*std::move(policy));
  } else {
    visitor.unreadable(row.domain, policy.error().detail);
  }
}

Result<void> scan(SqliteConnection& connection, Order order, const RowVisitor& visitor) {
  const auto select = fmt::format("SELECT {} FROM policies ORDER BY domain {}", kRowColumns,
                                  order == Order::rising ? "ASC" : "DESC");
  auto rows = connection.prepare(select.c_str());
  if (!rows) return std::unexpected(rows.error());
  for (;;) {
    const auto more = rows->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    take(row_of(*rows), visitor);
  }
}

}  // namespace

PolicyRow row_of(const SqliteStatement& statement) {
  return PolicyRow{statement.octets(0), statement.octets(1), statement.octets(2),
                   statement.number(3), statement.number(4)};
}

Result<void> load_rows(SqliteConnection& connection, const RowVisitor& visitor) {
  const auto rising = scan(connection, Order::rising, visitor);
  if (rising || rising.error().code != Errc::corrupt) return rising;
  // A page of the tree is damaged. What lies behind it can be reached from the other end, up to
  // the same page, so that no row is met twice.
  visitor.unreadable("", rising.error().detail);
  auto falling = scan(connection, Order::falling, visitor);
  if (!falling && falling.error().code == Errc::corrupt) return {};
  return falling;
}

}  // namespace strictmx
