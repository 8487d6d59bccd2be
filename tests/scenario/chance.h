// scenario/chance.h: lines of a scenario, drawn at random: the alphabet of the histories in
// never_weaker_test. Same seed, same lines, on every machine.
#pragma once
#include <array>
#include <random>
#include <string>
#include <vector>

#include "scenario/world.h"

namespace strictmx::scenario {

class Chance {
 public:
  explicit Chance(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return random_() % end; }
  bool one_in(std::size_t many) { return below(many) == 0; }
  template <class... Texts>
  std::string one_of(Texts... texts) {
    const std::array<std::string, sizeof...(texts)> all{texts...};
    return all[below(all.size())];
  }

  std::string txt(const std::string& domain);
  std::string policy(const std::string& domain);
  std::string mx(const std::string& domain);
  // Addresses, alias and TLSA records of a host.
  std::vector<std::string> dane(const std::string& host);
  std::string preload(const std::string& domain);
  // An override of the domain as parse_override() reads it; perhaps until the day after `today`.
  std::string override_line(const std::string& domain, WallTime today);
  // A kind of question about the domain or one of `hosts`.
  std::string hold(const std::string& domain, const std::vector<MxHost>& hosts);
  std::string wall();
  std::string time();
  // The domain in one of the forms that Postfix asks in.
  std::string key(const std::string& domain);

 private:
  std::string meta(std::string_view records);
  std::string mx_names(const std::string& domain);

  std::mt19937 random_;
};

}  // namespace strictmx::scenario
