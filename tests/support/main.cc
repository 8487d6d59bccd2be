// Entry point of every unit test executable.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <csignal>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // as cmd/main.cc: a peer that hangs up is an error code
  return doctest::Context(argc, argv).run();
}
