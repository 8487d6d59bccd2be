#include "tls/trust_store.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tls/test_certificate.h"

namespace strictmx {
namespace {

class TempFile {
 public:
  TempFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "strictmx-XXXXXX").string();
    const int fd = ::mkstemp(pattern.data());
    if (fd >= 0) ::close(fd);
    path_ = pattern;
  }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST_CASE("trust store: all certificates of a file") {
  const TempFile file;
  test::write_pem(file.path(), test::make_authority({.common_name = "One"}));
  test::write_pem(file.path(), test::make_authority({.common_name = "Two"}));
  const auto store = TrustStore::load(file.path());
  REQUIRE(store.has_value());
  CHECK(store->size() == 2);
}

TEST_CASE("trust store: files without certificates are refused by name") {
  const TempFile empty;
  const TempFile nonsense;
  std::ofstream(nonsense.path()) << "not a certificate\n";
  for (const auto& path : {empty.path(), nonsense.path(), std::filesystem::path("/nonexistent")}) {
    CAPTURE(path.string());
    const auto store = TrustStore::load(path);
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().code == Errc::io);
    CHECK(store.error().detail.find(path.string()) != std::string::npos);
  }
}

}  // namespace
}  // namespace strictmx
