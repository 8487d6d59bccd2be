#include "cmd/report/report_key_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"
#include "core/report/dkim.h"
#include "tls/dkim_key.h"

namespace strictmx {

namespace {

Result<void> write_new(const std::string& file, const std::string& text) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Errc::usage, fmt::format("{}: {}", file, std::strerror(errno)));
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  if (close(fd) == 0 && written) return {};
  unlink(file.c_str());
  return fail(Errc::io, fmt::format("{}: cannot be written", file));
}

// RFC 1035 §3.3.14: a zone file has strings of at most 255 octets.
std::string in_strings(std::string_view record) {
  constexpr std::size_t kString = 255;
  std::string out;
  for (std::size_t i = 0; i < record.size(); i += kString) {
    out += fmt::format("{}\"{}\"", i > 0 ? " " : "", record.substr(i, kString));
  }
  return out;
}

}  // namespace

CommandResult run_report_key(const ReportKeyCall& call) {
  const auto domain = Domain::parse(call.domain);
  if (!domain) return refuse_call("DOMAIN: " + domain.error().detail);
  if (!is_dkim_selector(call.selector)) {
    return refuse_call(fmt::format("--selector: \"{}\" is no label", escape_remote(call.selector)));
  }
  const auto key =
      DkimKey::generate(call.ed25519 ? DkimAlgorithm::ed25519_sha256 : DkimAlgorithm::rsa_sha256);
  if (!key) return give_up(key.error());
  if (auto written = write_new(call.file, key->pem()); !written) {
    return refuse_call(written.error().detail);
  }
  return {ExitCode::ok,
          fmt::format("{}._domainkey.{}. IN TXT ({})\n", call.selector, domain->text(),
                      in_strings(key->dns_record())),
          ""};
}

}  // namespace strictmx
