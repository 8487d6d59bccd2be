#include "base/descriptor.h"

#include <doctest/doctest.h>
#include <fcntl.h>

using namespace strictmx;

namespace {

Descriptor open_null() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("a descriptor is closed once, by its last owner, and errno stays") {
  Descriptor first = open_null();
  REQUIRE(first);
  const int fd = first.get();
  Descriptor second(std::move(first));
  CHECK_FALSE(first);
  CHECK(second.get() == fd);
  Descriptor third = open_null();
  const int replaced = third.get();
  third = std::move(second);
  CHECK_FALSE(is_open(replaced));
  CHECK(is_open(fd));
  third.reset();
  CHECK_FALSE(is_open(fd));
  CHECK_FALSE(third);
  errno = ENOENT;
  {
    const Descriptor closed_already(fd);
  }
  CHECK(errno == ENOENT);
}

TEST_CASE("what is released stays open, and a failed call owns nothing") {
  int fd = -1;
  {
    Descriptor owner = open_null();
    fd = owner.release();
  }
  CHECK(is_open(fd));
  const Descriptor again(fd);
  CHECK_FALSE(Descriptor(-1));
}
