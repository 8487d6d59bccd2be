// net/chain_reader.h: chains of certificates as facts, each distinct chain read and verified once:
// verification costs more than the rest of a handshake, and the addresses of one host show the
// same chain again and again.
// Limits: 1024 chains are remembered, then all are forgotten. Used from one thread.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tls/chain_facts.h"

namespace strictmx {

class ChainReader {
 public:
  explicit ChainReader(TrustStore roots) : roots_(std::move(roots)) {}

  // As read_chain(); a chain seen before keeps the time of its first reading.
  const ChainFacts& read(const std::vector<std::string>& certificates, WallTime at);
  std::vector<TlsaMatchFacts> match(const ChainFacts& chain, std::span<const TlsaRecord> records,
                                    const TlsaReference& reference) const {
    return match_tlsa(chain, records, reference, roots_);
  }
  const TrustStore& roots() const { return roots_; }

 private:
  TrustStore roots_;
  std::map<std::vector<std::string>, ChainFacts> known_;
};

}  // namespace strictmx
