// bench/load_keys.h: the keys a run asks for, as requests ready to send.
// A pattern is a text with one '#', replaced by each number of a range: "d#.bench.example" with
// 1000:1999 gives 1000 keys. A file has one key per line.
// Limits: 10 million keys; a request of 10000 octets, Postfix's own.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace strictmx::bench {

// `range` is "FIRST:LAST", both inclusive. Ends the program (bench/fail.h) on wrong input.
std::vector<std::string> keys_of_pattern(std::string_view pattern, std::string_view range);
std::vector<std::string> keys_of_file(const std::string& path);

// The netstring "MAP SP KEY" for each key.
std::vector<std::string> make_requests(std::string_view map, const std::vector<std::string>& keys);

}  // namespace strictmx::bench
