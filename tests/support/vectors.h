// tests/support/vectors.h: reads the tables in tests/vectors (their README.md has the form).
// Throws std::runtime_error for a file that cannot be read or a row that is not in the form.
#pragma once
#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace strictmx::testing {

struct Vector {
  std::string name;
  std::string ids;
  std::string expect;
  std::string input;  // escapes resolved
};

inline std::string unescape(std::string_view text) {
  const auto nibble = [](char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    throw std::runtime_error("no hexadecimal digit in lower case");
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text.substr(++i, 1).empty() ? '\0' : text[i]) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '\\':
        out += '\\';
        break;
      case 'x':
        if (i + 2 >= text.size()) throw std::runtime_error("escape is cut off");
        out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
        i += 2;
        break;
      default:
        throw std::runtime_error("unknown escape");
    }
  }
  return out;
}

// "name | ids | expectation | input"; the input may hold bars.
inline Vector parse_vector(std::string_view line) {
  Vector row;
  for (auto* field : {&row.name, &row.ids, &row.expect}) {
    const auto bar = line.find('|');
    if (bar == std::string_view::npos) throw std::runtime_error("less than four fields");
    *field = trim_blanks(line.substr(0, bar));
    if (field->empty()) throw std::runtime_error("empty field");
    line.remove_prefix(bar + 1);
  }
  row.input = unescape(trim_blanks(line));
  return row;
}

// All rows of one file, in its order.
inline std::vector<Vector> load_vectors(const std::string& file) {
  std::ifstream stream(std::string(STRICTMX_VECTORS) + "/" + file);
  if (!stream) throw std::runtime_error(file + ": cannot be read");
  std::vector<Vector> rows;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const std::string where = file + ":" + std::to_string(number) + ": ";
    try {
      rows.push_back(parse_vector(line));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(where + error.what());
    }
    const auto same = [&](const Vector& row) { return row.name == rows.back().name; };
    if (std::count_if(rows.begin(), rows.end(), same) > 1) {
      throw std::runtime_error(where + "name is taken");
    }
  }
  if (rows.empty()) throw std::runtime_error(file + ": no rows");
  return rows;
}

}  // namespace strictmx::testing
