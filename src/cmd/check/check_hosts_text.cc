#include "cmd/check/check_hosts_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "cmd/check/check_marks.h"
#include "cmd/check/check_words.h"

namespace strictmx {
namespace {

using Row = std::array<std::string, 3>;  // address, state, certificate

std::vector<Row> rows_of(const HostSummary& host, WallTime now) {
  std::vector<Row> rows;
  for (const auto& address : host.addresses) {
    rows.push_back(
        {printable(address.address), printable(address.state), describe_certificate(address, now)});
  }
  return rows;
}

constexpr std::array kHeads = {"plain", "sts", "dane", "both"};

// Columns of the table of addresses; the four marks stand in columns of their own.
struct Columns {
  std::size_t address = 7;
  std::size_t state = 3;
  std::size_t certificate = 11;

  std::size_t total() const { return 5 + address + 2 + state + 2 + certificate + kMarkColumns; }
  static constexpr std::size_t kMarkColumns = 24;  // of the heads below
};

Columns measure(const DomainReport& report) {
  Columns columns;
  for (const auto& host : report.hosts) {
    for (const auto& row : rows_of(host, report.started)) {
      columns.address = std::max(columns.address, columns_of(row[0]));
      columns.state = std::max(columns.state, columns_of(row[1]));
      columns.certificate = std::max(columns.certificate, columns_of(row[2]));
    }
  }
  return columns;
}

std::string painted_mark(const TextPage& page, Delivery delivery) {
  const auto mark = mark_of(delivery);
  return page.paint(paint_of(mark), sign_of(page, mark));
}

// Below the heads of their columns.
std::string marks_of(const TextPage& page, const AddressSummary& address) {
  std::string text;
  for (std::size_t i = 0; i < kSenders; ++i) {
    const auto after = std::string(std::string_view(kHeads[i]).size() - 2, ' ');
    text += fmt::format("   {}{}", painted_mark(page, address.outlook[i]), after);
  }
  return text;
}

// Where the columns have no room: one thing after the other.
void add_narrow_address(TextPage& page, const Row& row, const AddressSummary& address) {
  page.wrapped("     ", 5, row[0]);
  page.wrapped("       ", 7, fmt::format("{}, certificate {}", row[1], row[2]));
  std::string marks;
  for (std::size_t i = 0; i < kSenders; ++i)
    marks += fmt::format("{}{} {}", i > 0 ? "  " : "", kHeads[i],
                         painted_mark(page, address.outlook[i]));
  page.line("       " + marks);
}

void add_address(TextPage& page, const Columns& columns, const Row& row,
                 const AddressSummary& address) {
  if (columns.total() > page.style().width) return add_narrow_address(page, row, address);
  page.line(fmt::format("     {}  {}  {}{}", padded(row[0], columns.address),
                        padded(row[1], columns.state), padded(row[2], columns.certificate),
                        marks_of(page, address)));
}

void add_host(TextPage& page, const HostSummary& host) {
  const auto name = host.name.empty() ? "." : printable(host.name);
  const auto words = describe_host(host);
  const auto paint = host.listed == Listed::no ? Paint::yellow : Paint::plain;
  const auto number = fmt::format("  {:>3} ", host.preference);
  if (number.size() + name.size() + 2 + words.size() > page.style().width) {
    page.wrapped(number, number.size(), name, Paint::bold);
    if (!words.empty()) page.wrapped("       ", 7, words, paint);
    return;
  }
  page.line(
      fmt::format("{}{}  {}", number, page.paint(Paint::bold, name), page.paint(paint, words)));
}

void add_table_head(TextPage& page, const Columns& columns) {
  const auto head =
      fmt::format("     {}  {}  {}  {}  {}  {}  {}", padded("address", columns.address),
                  padded("TLS", columns.state), padded("certificate", columns.certificate),
                  kHeads[0], kHeads[1], kHeads[2], kHeads[3]);
  if (columns.total() > page.style().width) return;
  page.line(page.paint(Paint::dim, head));
}

void add_legend(TextPage& page) {
  const auto words = [&](Mark mark, std::string_view what) {
    return fmt::format("{} {}", sign_of(page, mark), what);
  };
  const auto legend = join({words(Mark::good, "authenticated"), words(Mark::fair, "encrypted"),
                            words(Mark::weak, "in clear"), words(Mark::bad, "held back"),
                            words(Mark::unknown, "not known")},
                           ", ");
  page.wrapped("     ", 5, legend, Paint::dim);
}

}  // namespace

void add_hosts(TextPage& page, const DomainReport& report) {
  if (report.hosts.empty()) return;
  page.line();
  page.line(page.paint(Paint::bold, "MX hosts"));
  const auto columns = measure(report);
  const bool probed =
      std::ranges::any_of(report.hosts, [](const auto& host) { return !host.addresses.empty(); });
  if (probed) add_table_head(page, columns);
  for (const auto& host : report.hosts) {
    add_host(page, host);
    const auto rows = rows_of(host, report.started);
    for (std::size_t i = 0; i < rows.size(); ++i)
      add_address(page, columns, rows[i], host.addresses[i]);
    if (host.not_probed > 0) page.line(fmt::format("     and {} more", host.not_probed));
  }
  if (report.not_probed > 0) page.line(fmt::format("  and {} more hosts", report.not_probed));
  if (probed) add_legend(page);
}

}  // namespace strictmx
