// tests/fuzz/abnf.h: ABNF (RFC 5234) as values, so that a grammar stands in the source as it stands
// in its RFC. A rule tells all places at which a match that begins at one place can end: nothing is
// greedy, no choice is final. Slow, and meant to be obviously right. Limit: kMostOctets.
#pragma once
#include <bitset>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string_view>

namespace strictmx::naive {

constexpr std::size_t kMostOctets = 383;  // of a text
using Ends = std::bitset<kMostOctets + 1>;
using Rule = std::function<Ends(std::string_view text, std::size_t begin)>;

Rule octets(unsigned char first, unsigned char last);         // %x21-7E
Rule literal(std::string_view text);                          // %s"text"
Rule either(std::initializer_list<Rule> rules);               // a / b
Rule sequence(std::initializer_list<Rule> rules);             // a b
Rule repeat(std::size_t least, std::size_t most, Rule rule);  // 1*32a
Rule any_number(Rule rule);                                   // *a
Rule at_least_one(Rule rule);                                 // 1*a
Rule maybe(Rule rule);                                        // [a]

// The whole of the text, and nothing else, is one.
bool matches(const Rule& rule, std::string_view text);

// RFC 5234 §B.1.
Rule alphanum();  // ALPHA / DIGIT
Rule wsp();       // SP / HTAB

}  // namespace strictmx::naive
