#include "cmd/lower_user.h"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace strictmx {

namespace {

constexpr std::uint32_t kKept =
    1U << CAP_NET_BIND_SERVICE | 1U << CAP_DAC_OVERRIDE | 1U << CAP_CHOWN | 1U << CAP_FOWNER;

std::unexpected<Error> failed(std::string_view what) {
  return fail(Errc::io, fmt::format("user: {}: {}", what, std::strerror(errno)));
}

// Of this thread, which is the only one; later ones inherit it.
Result<void> keep_capabilities() {
  __user_cap_header_struct head{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &head, sets.data()) != 0) return failed("capget");
  const std::uint32_t kept = sets[0].permitted & kKept;  // a container may have fewer
  sets = {};
  sets[0].permitted = kept;
  sets[0].effective = kept;
  if (::syscall(SYS_capset, &head, sets.data()) != 0) return failed("capset");
  return {};
}

Result<void> check_writable(const std::filesystem::path& path, const std::string& user) {
  if (::access(path.c_str(), R_OK | W_OK) == 0 || errno == ENOENT) return {};
  return fail(Errc::io, fmt::format("{}: {}: it must be {}'s (chown -R)", path.string(),
                                    std::strerror(errno), user));
}

}  // namespace

Result<LowerUser> LowerUser::begin(const std::string& user) {
  if (::geteuid() != 0) return fail(Errc::usage, "user: only root can become another user");
  const ::passwd* found = ::getpwnam(user.c_str());
  if (found == nullptr) return fail(Errc::usage, fmt::format("user: there is no \"{}\"", user));
  const uid_t id = found->pw_uid;
  const gid_t group = found->pw_gid;
  if (id == 0) return fail(Errc::usage, "user: root is no lower user");
  if (::initgroups(user.c_str(), group) != 0) return failed("initgroups");
  if (::setresgid(group, group, group) != 0) return failed("setresgid");
  // Root is kept as the saved one: its capabilities stay at hand, and the change of it in finish()
  // takes them from every thread.
  if (::setresuid(id, id, 0) != 0) return failed("setresuid");
  if (auto kept = keep_capabilities(); !kept) return std::unexpected(kept.error());
  return LowerUser(user, id);
}

Result<void> LowerUser::finish(const std::filesystem::path& state) const {
  if (::setresuid(id_, id_, id_) != 0) return failed("setresuid");
  if (::setuid(0) == 0) return fail(Errc::io, "user: the way back to root is open");
  if (auto good = check_writable(state, name_); !good) return good;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(state, error)) {
    if (!entry.is_regular_file(error)) continue;
    if (auto good = check_writable(entry.path(), name_); !good) return good;
  }
  return {};
}

}  // namespace strictmx
