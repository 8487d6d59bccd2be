// TLSA records against a chain of two certificates: a record matches exactly when it holds what
// that certificate or key is, as found out here by other means. Input: records, each with its
// length in front. Data of one octet stand for the right data for the three parameters before it,
// with one bit of them flipped unless the octet is 255.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "chain.h"
#include "check.h"
#include "core/dane.h"
#include "tls/chain_facts.h"
#include "wire/dns_rdata.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::size_t kMostRecords = 4;
constexpr WallTime kNow{Seconds{1800000000}};  // within the dates of the chain

X509* read_pem(const char* pem) {
  BIO* const memory = BIO_new_mem_buf(pem, -1);
  X509* const certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
  BIO_free(memory);
  return certificate;
}

std::string der_of(X509* certificate, bool key) {
  unsigned char* octets = nullptr;
  const int size = key ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &octets)
                       : i2d_X509(certificate, &octets);
  std::string der(reinterpret_cast<char*>(octets), static_cast<std::size_t>(size));
  OPENSSL_free(octets);
  return der;
}

std::string digest_of(const std::string& octets, const EVP_MD* kind) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(octets.data(), octets.size(), digest.data(), &size, kind, nullptr);
  return {reinterpret_cast<char*>(digest.data()), size};
}

TrustStore load_roots() {
  const int fd = ::memfd_create("roots", 0);
  check(::write(fd, fuzz::kAuthority, sizeof fuzz::kAuthority - 1) > 0, "memory");
  auto roots = TrustStore::load("/proc/self/fd/" + std::to_string(fd));
  ::close(fd);
  return std::move(roots.value());
}

// What is right for each usage, selector and matching type that SMTP knows.
struct World {
  World() : roots(load_roots()) {
    X509* const certificates[] = {read_pem(fuzz::kAuthority), read_pem(fuzz::kLeaf)};
    for (std::size_t usage = 0; usage < 2; ++usage) {
      for (std::size_t selector = 0; selector < 2; ++selector) {
        const auto der = der_of(certificates[usage], selector == 1);
        right[usage][selector] = {der, digest_of(der, EVP_sha256()), digest_of(der, EVP_sha512())};
      }
    }
    chain = read_chain(std::vector<std::string>{right[1][0][0], right[0][0][0]}, roots, kNow);
    for (auto* certificate : certificates) X509_free(certificate);
  }

  // Null: no such parameters.
  const std::string* right_for(const TlsaRecord& record) const {
    if (record.usage < 2 || record.usage > 3) return nullptr;
    if (record.selector > 1 || record.matching_type > 2) return nullptr;
    return &right[record.usage - 2][record.selector][record.matching_type];
  }

  std::array<std::string, 3> right[2][2];
  TrustStore roots;
  ChainFacts chain;
};

std::vector<TlsaRecord> read_records(std::string_view input, const World& world) {
  std::vector<TlsaRecord> records;
  while (!input.empty() && records.size() < kMostRecords) {
    const std::size_t length = static_cast<unsigned char>(input[0]);
    auto record = parse_tlsa_rdata(input.substr(1, length));
    input.remove_prefix(std::min(input.size(), length + 1));
    check(record.has_value() || length < 4 || input.empty(), "four octets are a record");
    if (!record) continue;
    const auto* right = world.right_for(*record);
    if (right != nullptr && record->data.size() == 1) {
      const auto flip = static_cast<unsigned char>(record->data[0]);
      record->data = *right;
      if (flip != 255) record->data[flip / 8 % right->size()] ^= static_cast<char>(1 << flip % 8);
    }
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  const auto records = read_records(fuzz::text(data, size), world);
  const auto results = match_tlsa(world.chain, records, {{"mx.a.example"}, kNow}, world.roots);
  check(results.size() == records.size(), "one result each");
  bool any_usable = false;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* right = world.right_for(records[i]);
    const bool equal = right != nullptr && records[i].data == *right;
    any_usable = any_usable || records[i].usable();
    check(!equal || records[i].usable(), "what matches is usable");
    check((results[i].match == TlsaMatch::match) == equal, "equal data, and nothing else");
    check(records[i].usable() == (results[i].match != TlsaMatch::unusable), "usable");
    check(records[i].text().size() == 6 + 2 * records[i].data.size() || records[i].usage > 9 ||
              records[i].selector > 9 || records[i].matching_type > 9,
          "hexadecimal");
  }
  const auto expected = any_usable ? DaneState::usable : DaneState::unusable;
  if (!records.empty()) check(classify_tlsa(records) == expected, "the record set");
  return 0;
}
