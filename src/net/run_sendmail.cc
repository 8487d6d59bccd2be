#include "net/run_sendmail.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/descriptor.h"
#include "base/text.h"
#include "net/one_shot.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxErrorText = 200;

AttemptOutcome deferred(std::string detail) {
  return {AttemptOutcome::Kind::deferred, "sendmail: " + std::move(detail)};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return lseek(fd, 0, SEEK_SET) == 0;
}

// Lines end with LF for a local program.
std::string local_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  return out;
}

pid_t start(const std::vector<std::string>& command, int input, int output) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int failed =
      posix_spawn(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  errno = failed;
  return failed == 0 ? pid : -1;
}

AttemptOutcome judge(int status, int output) {
  using Kind = AttemptOutcome::Kind;
  char text[kMaxErrorText];
  const auto size = pread(output, text, sizeof text, 0);
  const auto said =
      escape_remote({text, size > 0 ? static_cast<std::size_t>(size) : 0}, kMaxErrorText);
  if (!WIFEXITED(status)) return deferred(fmt::format("ended by signal {}", WTERMSIG(status)));
  const int exit = WEXITSTATUS(status);
  const auto detail = fmt::format("sendmail: exit code {} {}", exit, said);
  if (exit == 0) return {Kind::accepted, "sendmail: exit code 0"};
  const bool final = exit == EX_NOUSER || exit == EX_NOHOST || exit == EX_DATAERR;
  return {final ? Kind::rejected : Kind::deferred, detail};
}

}  // namespace

Task<AttemptOutcome> run_sendmail(asio::io_context& io, std::vector<std::string> command,
                                  const OutgoingMail& mail, MonoTime deadline) {
  command.insert(command.end(), {"-f", mail.from.text(), "--", mail.to.text()});
  const Descriptor input(memfd_create("mail", MFD_CLOEXEC));
  const Descriptor output(memfd_create("output", MFD_CLOEXEC));
  if (input.get() < 0 || output.get() < 0 || !write_all(input.get(), local_lines(mail.text))) {
    co_return deferred("no memory for the mail");
  }
  const pid_t pid = start(command, input.get(), output.get());
  if (pid < 0) co_return deferred(fmt::format("{}: {}", command[0], std::strerror(errno)));
  Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  int status = 0;
  if (process.get() < 0) {
    waitpid(pid, &status, 0);
    co_return judge(status, output.get());
  }
  asio::posix::stream_descriptor ended(io, process.release());
  asio::steady_timer killer(io, deadline);
  killer.async_wait([pid](boost::system::error_code cancelled) {
    if (!cancelled) kill(pid, SIGKILL);
  });
  co_await ended.async_wait(asio::posix::stream_descriptor::wait_read,
                            asio::as_tuple(asio::use_awaitable));
  killer.cancel();
  if (waitpid(pid, &status, WNOHANG) != pid) {  // the wait itself failed
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
  }
  co_return judge(status, output.get());
}

}  // namespace strictmx
