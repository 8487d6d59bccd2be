#include "tls/dkim_sign.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/base64.h"

using namespace strictmx;

namespace {

constexpr std::string_view kMail =
    "From: a@sender.example\r\nTo: b@example.net\r\nSubject: x\r\n  y\r\n"
    "TLS-Report-Domain: example.net\r\nTLS-Report-Submitter: sender.example\r\n\r\nbody\r\n";

class KeyFile {
 public:
  explicit KeyFile(const std::string& text) {
    std::string name = "/tmp/strictmx-key-XXXXXX";
    close(mkstemp(name.data()));
    path_ = name;
    std::ofstream(path_) << text;
  }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  ~KeyFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

DkimSigner signer(DkimAlgorithm algorithm) {
  return {{*Domain::parse("sender.example"), "s1"}, *DkimKey::generate(algorithm)};
}

std::string unbase64(std::string_view text) {
  std::string out(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  REQUIRE(size >= 0);
  out.resize(static_cast<std::size_t>(size) - (text.ends_with("==") ? 2 : text.ends_with('=')));
  return out;
}

// By the key's own PEM, the way a verifier has it.
bool verifies(const DkimKey& key, std::string_view text, std::string_view signature) {
  const auto pem = key.pem();
  std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                          BIO_free);
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> handle(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool rsa = key.algorithm() == DkimAlgorithm::rsa_sha256;
  const auto input = rsa ? std::string(text) : unbase64(sha256_base64(text));
  const auto octets = unbase64(signature);
  EVP_DigestVerifyInit(context.get(), nullptr, rsa ? EVP_sha256() : nullptr, nullptr, handle.get());
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(octets.data()),
                          octets.size(), reinterpret_cast<const unsigned char*>(input.data()),
                          input.size()) == 1;
}

}  // namespace

TEST_CASE("keys sign in both algorithms (RPT-T12)") {
  for (const auto algorithm : {DkimAlgorithm::rsa_sha256, DkimAlgorithm::ed25519_sha256}) {
    const auto key = DkimKey::generate(algorithm);
    REQUIRE(key.has_value());
    const auto signature = key->sign("text");
    REQUIRE(signature.has_value());
    CHECK(verifies(*key, "text", *signature));
    CHECK_FALSE(verifies(*key, "texT", *signature));
    CHECK(key->weakness().empty());
  }
}

TEST_CASE("the TXT record of a key (RPT-T11)") {
  CHECK(DkimKey::generate(DkimAlgorithm::ed25519_sha256)
            ->dns_record()
            .starts_with("v=DKIM1; k=ed25519; p="));
  const auto rsa = DkimKey::generate(DkimAlgorithm::rsa_sha256)->dns_record();
  CHECK(rsa.starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"));
}

TEST_CASE("a key file: read back, refused when open to others or no key") {
  const auto made = *DkimKey::generate(DkimAlgorithm::ed25519_sha256);
  const KeyFile file(made.pem());
  const auto read = DkimKey::load(file.path());
  REQUIRE(read.has_value());
  CHECK(read->dns_record() == made.dns_record());
  chmod(file.path().c_str(), 0640);
  CHECK(DkimKey::load(file.path()).has_value());
  for (const mode_t mode : {0644U, 0604U, 0660U, 0602U}) {
    CAPTURE(mode);
    chmod(file.path().c_str(), mode);
    CHECK(DkimKey::load(file.path()).error().code == Errc::usage);
  }
  CHECK(DkimKey::load("/nonexistent").error().code == Errc::io);
  CHECK(DkimKey::load("/").error().code == Errc::usage);
  CHECK(DkimKey::load(KeyFile("no key").path()).error().code == Errc::syntax);
  CHECK(DkimKey::load(KeyFile(std::string(70000, 'x')).path()).error().code == Errc::syntax);
}

TEST_CASE("a mail gets one field per key in front, and stays as it was (RPT-T07, RPT-T09)") {
  std::vector<DkimSigner> signers;
  signers.push_back(signer(DkimAlgorithm::rsa_sha256));
  signers.push_back(signer(DkimAlgorithm::ed25519_sha256));
  const auto when = *parse_utc("2026-11-24T00:00:00Z");
  const auto signed_text = sign_mail(kMail, signers, when);
  REQUIRE(signed_text.has_value());
  CHECK(signed_text->ends_with(kMail));
  CHECK(*signed_text == *sign_mail(kMail, signers, when));
  const auto parts = split_mail(*signed_text);
  REQUIRE(parts.fields.size() == 7);
  CHECK(parts.fields[0].find("a=rsa-sha256") != std::string_view::npos);
  CHECK(parts.fields[1].find("a=ed25519-sha256") != std::string_view::npos);
  for (const auto& field : {parts.fields[0], parts.fields[1]}) {
    const auto text = relaxed_field(field);
    CHECK(text.find("TLS-Report-Domain:TLS-Report-Domain:") != std::string::npos);
    CHECK(text.find("TLS-Report-Submitter:") != std::string::npos);
    CHECK(text.find("bh=" + sha256_base64("body\r\n") + ";") != std::string::npos);
    CHECK(text.find(" l=") == std::string::npos);  // RPT-T10
  }
}

TEST_CASE("without a key nothing is added") { CHECK(*sign_mail(kMail, {}, WallTime{}) == kMail); }
