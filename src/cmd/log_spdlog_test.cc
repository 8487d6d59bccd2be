#include "cmd/log_spdlog.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <memory>
#include <regex>
#include <string>
#include <thread>

using namespace strictmx;

namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

File make_file() {
  File file(std::tmpfile());
  REQUIRE(file != nullptr);
  return file;
}

std::string text_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  return text;
}

}  // namespace

TEST_CASE("journal lines begin with the priority and have no time") {
  const auto file = make_file();
  const auto log = make_stream_log(LogLevel::debug, LogStyle::journal, file.get());
  log->debug("a");
  log->info("b", {{"domain", "x.example"}});
  log->warning("c");
  log->error("d", {{"why", "two words"}});
  CHECK(text_of(file.get()) == "<7>a\n<6>b domain=x.example\n<4>c\n<3>d why=\"two words\"\n");
}

TEST_CASE("other lines begin with UTC time and level") {
  const auto file = make_file();
  const auto log = make_stream_log(LogLevel::debug, LogStyle::time, file.get());
  log->warning("event", {{"key", "value"}});
  const auto text = text_of(file.get());
  CAPTURE(text);
  CHECK(std::regex_match(
      text, std::regex(R"(2\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ warning event key=value\n)")));
}

TEST_CASE("lines below the level are dropped") {
  const auto file = make_file();
  const auto log = make_stream_log(LogLevel::warning, LogStyle::journal, file.get());
  CHECK(!log->enabled(LogLevel::info));
  CHECK(log->enabled(LogLevel::warning));
  CHECK(log->enabled(LogLevel::error));
  log->info("dropped");
  log->warning("kept");
  CHECK(text_of(file.get()) == "<4>kept\n");
}

TEST_CASE("remote text with braces and line ends stays one line") {
  const auto file = make_file();
  const auto log = make_stream_log(LogLevel::info, LogStyle::journal, file.get());
  log->info("event", {{"why", "{} %v\n<0>forged"}});
  CHECK(text_of(file.get()) == "<6>event why=\"{} %v\\x0a<0>forged\"\n");
}

TEST_CASE("lines of several threads are not mixed") {
  const auto file = make_file();
  const auto log = make_stream_log(LogLevel::info, LogStyle::journal, file.get());
  const std::string word(200, 'x');
  const auto write = [&] {
    for (int i = 0; i < 100; ++i) log->info("event", {{"word", word}});
  };
  std::thread first(write);
  std::thread second(write);
  first.join();
  second.join();
  std::string wanted;
  for (int i = 0; i < 200; ++i) wanted += "<6>event word=" + word + "\n";
  CHECK(text_of(file.get()) == wanted);
}

TEST_CASE("a stream that cannot be written is no reason to fail") {
  const File full(std::fopen("/dev/full", "w"));
  REQUIRE(full != nullptr);
  make_stream_log(LogLevel::info, LogStyle::time, full.get())->info("lost");
}

TEST_CASE("the journal style is for output that goes to the journal") {
  const auto file = make_file();
  struct stat status{};
  REQUIRE(::fstat(fileno(file.get()), &status) == 0);
  const auto mine = fmt::format("{}:{}", status.st_dev, status.st_ino);
  CHECK(choose_log_style(mine.c_str(), fileno(file.get())) == LogStyle::journal);
  CHECK(choose_log_style("1:2", fileno(file.get())) == LogStyle::time);
  CHECK(choose_log_style("", fileno(file.get())) == LogStyle::time);
  CHECK(choose_log_style(nullptr, fileno(file.get())) == LogStyle::time);
}
