#include "tls/openssl_memory.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace strictmx {

namespace {

void* had(void* memory) {
  if (memory != nullptr) return memory;
  constexpr std::string_view kWords = "strictmx: no memory for OpenSSL\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
  std::abort();
}

// Of nothing there is none, as by OpenSSL's own functions.
void* allocate(std::size_t bytes, const char*, int) {
  return bytes == 0 ? nullptr : had(std::malloc(bytes));
}

void* reallocate(void* memory, std::size_t bytes, const char*, int) {
  if (bytes > 0) return had(std::realloc(memory, bytes));
  std::free(memory);
  return nullptr;
}

void release(void* memory, const char*, int) { std::free(memory); }

}  // namespace

bool end_without_openssl_memory() {
  return CRYPTO_set_mem_functions(allocate, reallocate, release) == 1;
}

}  // namespace strictmx
