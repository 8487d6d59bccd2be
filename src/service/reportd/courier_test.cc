#include "service/reportd/courier.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace strictmx {

namespace {

const WallTime kNow = *parse_utc("2026-11-25T00:05:00Z");

struct FixedClock final : Clock {
  Now now() const override { return {kNow, std::chrono::steady_clock::now()}; }
};

class LineLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::span<const LogField> fields) override {
    text += format_log_line(event, fields) + '\n';
  }
  bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
  std::string text;
};

// Takes posts; mails meet a fault of the program.
class FaultySender final : public ReportSender {
 public:
  Task<AttemptOutcome> post(ReportUri, std::string) override {
    co_return AttemptOutcome{AttemptOutcome::Kind::accepted, "200"};
  }
  Task<AttemptOutcome> mail(OutgoingMail) override {
    if (std::exchange(faults, faults - 1) > 0) throw std::logic_error("no such state");
    co_return AttemptOutcome{AttemptOutcome::Kind::accepted, "250"};
  }
  void cancel_all() override {}
  int faults = 1;
};

std::string make_dir() {
  std::string name = (std::filesystem::temp_directory_path() / "strictmx-post-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  return name;
}

struct Post {
  Post() {
    NewReport report{1, "2026.1@s.example", "octets", {}};
    DeliveryStatus status;
    status.next_at = kNow;
    report.deliveries = {{"mailto:a@example.net", "example.net", status},
                         {"https://r.example/", "r.example", status}};
    const BuiltDomain built{
        *parse_day("2026-11-24"), *Domain::parse("example.net"), BuildOutcome::queued, {report}};
    REQUIRE(queue->add(std::vector{built}, kNow));
  }
  ~Post() { std::filesystem::remove_all(dir); }

  std::map<std::string, DeliveryStatus> statuses() {
    std::map<std::string, DeliveryStatus> found;
    REQUIRE(queue->visit([&](const QueuedDelivery& each) { found[each.uri] = each.status; }));
    return found;
  }

  std::string dir = make_dir();
  asio::io_context io{1};
  FixedClock clock;
  LineLog log;
  Metrics metrics;
  FaultySender sender;
  std::unique_ptr<ReportQueue> queue = *ReportQueue::open(dir, StoreAccess::read_write, log);
  const ReportdOptions options{dir, {"S", *MailAddress::parse("tls@s.example")}, {}, {}, {}, {}};
  std::vector<DkimSigner> signers;
  Courier courier{{io, *queue, sender, clock, metrics, log}, options, signers};
};

}  // namespace

TEST_CASE("a fault of the program in one delivery is told, and the delivery tried again") {
  Post post;
  REQUIRE(post.courier.start_due() == 2);
  CHECK(post.courier.active() == 2);
  post.io.run();
  CHECK(post.courier.active() == 0);
  CHECK(post.log.has("delivery_bug report=2026.1@s.example what=\"no such state\""));
  const auto statuses = post.statuses();
  CHECK(statuses.at("https://r.example/").state == DeliveryState::delivered);
  const auto& mail = statuses.at("mailto:a@example.net");
  CHECK(mail.state == DeliveryState::waiting);
  CHECK(mail.attempts == 1);
  CHECK(mail.next_at > kNow);
}

}  // namespace strictmx
