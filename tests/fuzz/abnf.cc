#include "abnf.h"

#include <string>
#include <utility>
#include <vector>

namespace strictmx::naive {

namespace {

Ends only(std::size_t end) {
  Ends ends;
  ends.set(end);
  return ends;
}

Ends from_each(const Rule& rule, std::string_view text, const Ends& begins) {
  Ends ends;
  for (std::size_t i = begins._Find_first(); i < begins.size(); i = begins._Find_next(i)) {
    ends |= rule(text, i);
  }
  return ends;
}

}  // namespace

Rule octets(unsigned char first, unsigned char last) {
  return [=](std::string_view text, std::size_t begin) {
    if (begin == text.size()) return Ends();
    const auto octet = static_cast<unsigned char>(text[begin]);
    return octet < first || octet > last ? Ends() : only(begin + 1);
  };
}

Rule literal(std::string_view text) {
  return [wanted = std::string(text)](std::string_view all, std::size_t begin) {
    return all.substr(begin).starts_with(wanted) ? only(begin + wanted.size()) : Ends();
  };
}

Rule either(std::initializer_list<Rule> rules) {
  return [all = std::vector<Rule>(rules)](std::string_view text, std::size_t begin) {
    Ends ends;
    for (const auto& rule : all) ends |= rule(text, begin);
    return ends;
  };
}

Rule sequence(std::initializer_list<Rule> rules) {
  return [all = std::vector<Rule>(rules)](std::string_view text, std::size_t begin) {
    Ends ends = only(begin);
    for (const auto& rule : all) ends = from_each(rule, text, ends);
    return ends;
  };
}

Rule repeat(std::size_t least, std::size_t most, Rule rule) {
  return [=, one = std::move(rule)](std::string_view text, std::size_t begin) {
    Ends found;
    Ends ends = only(begin);
    for (std::size_t count = 0; count <= most && ends.any(); ++count) {
      if (count >= least) found |= ends;
      ends = from_each(one, text, ends);
    }
    return found;
  };
}

Rule any_number(Rule rule) { return repeat(0, kMostOctets, std::move(rule)); }
Rule at_least_one(Rule rule) { return repeat(1, kMostOctets, std::move(rule)); }
Rule maybe(Rule rule) { return repeat(0, 1, std::move(rule)); }

bool matches(const Rule& rule, std::string_view text) {
  return rule(text, 0).test(text.size());  // throws for a text that is too long
}

Rule alphanum() { return either({octets('A', 'Z'), octets('a', 'z'), octets('0', '9')}); }
Rule wsp() { return either({octets(' ', ' '), octets('\t', '\t')}); }

}  // namespace strictmx::naive
