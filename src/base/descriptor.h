// base/descriptor.h: owns a descriptor of the system.
#pragma once
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace strictmx {

// Closes what it owns, and leaves errno as it was.
class Descriptor {
 public:
  Descriptor() = default;
  // Negative: nothing, as system calls say it.
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this == &other) return *this;
    reset();
    fd_ = other.release();
    return *this;
  }
  ~Descriptor() { reset(); }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ < 0) return;
    const int error = errno;
    ::close(release());
    errno = error;
  }

 private:
  int fd_ = -1;
};

}  // namespace strictmx
