// cmd/lower_user.h: from root to another user, in two steps around the moment when the services
// open their sockets and files. For daemons that no service manager starts; below systemd use
// User= or DynamicUser= and leave the key `user` empty.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace strictmx {

class LowerUser {
 public:
  // Everything made from now on belongs to `user`, and what still takes root's rights is only:
  // ports below 1024, folders and files of others, owner and group of a socket's file. While the
  // process has one thread.
  // Errors: Errc::usage (not root, no such user, or it is root), Errc::io (the system refuses).
  static Result<LowerUser> begin(const std::string& user);

  // Gives these up as well, in all threads, for ever. Then `user` must be able to write to `state`
  // and to the files there. Errors: Errc::io.
  Result<void> finish(const std::filesystem::path& state) const;

 private:
  LowerUser(std::string name, unsigned id) : name_(std::move(name)), id_(id) {}
  std::string name_;
  unsigned id_;
};

}  // namespace strictmx
