#include "net/chain_reader.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxKnown = 1024;

}  // namespace

const ChainFacts& ChainReader::read(const std::vector<std::string>& certificates, WallTime at) {
  const auto found = known_.find(certificates);
  if (found != known_.end()) return found->second;
  if (known_.size() >= kMaxKnown) known_.clear();
  return known_.emplace(certificates, read_chain(certificates, roots_, at)).first->second;
}

}  // namespace strictmx
