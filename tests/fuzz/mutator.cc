#include "mutator.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace strictmx::fuzz {

namespace {

constexpr std::size_t kGrowth = 64;  // octets that one change of a piece may add

struct Span {
  std::size_t begin;
  std::size_t size;
};

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % std::max<std::size_t>(count, 1); }

  template <class List>
  auto& of(List& list) {
    return list[below(list.size())];
  }

 private:
  std::minstd_rand engine_;
};

std::string changed_octets(std::string text) {
  const auto size = text.size();
  text.resize(size + kGrowth);
  auto* octets = reinterpret_cast<std::uint8_t*>(text.data());
  text.resize(LLVMFuzzerMutate(octets, size, text.size()));
  return text;
}

std::size_t put_back(const Input& input, std::string_view text) {
  const auto size = std::min(text.size(), input.max_size);
  std::copy_n(text.begin(), size, reinterpret_cast<char*>(input.data));
  return size;
}

std::string text_of(const Input& input) {
  return {reinterpret_cast<const char*>(input.data), input.size};
}

std::vector<std::string> split_behind(std::string_view text, std::string_view ends) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(ends), text.size() - 1);
    pieces.emplace_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return pieces;
}

void change_one(std::vector<std::string>& pieces, std::string_view word, Dice& dice) {
  const auto at = [&] { return pieces.begin() + static_cast<long>(dice.below(pieces.size())); };
  if (pieces.empty()) {
    pieces.emplace_back(word);
    return;
  }
  switch (dice.below(7)) {
    case 0:
      pieces.erase(at());
      break;
    case 1: {
      const auto copy = *at();
      pieces.insert(at(), copy);
      break;
    }
    case 2:
      std::iter_swap(at(), at());
      break;
    case 3:
      pieces.insert(at(), std::string(word));
      break;
    case 4:
      *at() = word;
      break;
    case 5: {  // a word within a piece
      auto& piece = *at();
      piece.insert(dice.below(piece.size() + 1), word);
      break;
    }
    default: {
      auto& piece = *at();
      piece = changed_octets(std::move(piece));
    }
  }
}

// Where values of JSON begin and end, in a text that need not be JSON.
std::vector<Span> values_of(std::string_view text) {
  std::vector<Span> values;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto begin = i;
    if (text[i] == '{' || text[i] == '[') {
      open.push_back(i);
    } else if ((text[i] == '}' || text[i] == ']') && !open.empty()) {
      values.push_back({open.back(), i + 1 - open.back()});
      open.pop_back();
    } else if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
      values.push_back({begin, std::min(i + 1, text.size()) - begin});
    } else if (std::string_view("-0123456789tfn").find(text[i]) != std::string_view::npos) {
      i = std::min(text.find_first_of(",]} \t\r\n", i), text.size()) - 1;
      values.push_back({begin, i + 1 - begin});
    }
  }
  return values;
}

std::string changed_value(const std::string& value, std::string_view other, Dice& dice) {
  switch (dice.below(7)) {
    case 0:
      return std::string(other);
    case 1:
      return value + "," + value;
    case 2:
      return value + "," + std::string(other);
    case 3:
      return "[" + value + "]";
    case 4:
      return "";
    case 5:
      return "\"" + changed_octets(value.substr(std::min<std::size_t>(1, value.size()))) + "\"";
    default:
      return changed_octets(value);
  }
}

}  // namespace

std::size_t mutate_pieces(const Input& input, const PieceForm& form) {
  Dice dice(input.seed);
  if (dice.below(4) == 0 || input.size < form.head) {
    return LLVMFuzzerMutate(input.data, input.size, input.max_size);
  }
  const auto text = text_of(input);
  auto pieces = split_behind(std::string_view(text).substr(form.head), form.ends);
  for (auto rounds = 1 + dice.below(3); rounds > 0; --rounds) {
    change_one(pieces, dice.of(form.words), dice);
  }
  std::string changed = text.substr(0, form.head);
  for (const auto& piece : pieces) changed += piece;
  return put_back(input, changed);
}

std::size_t mutate_json(const Input& input, std::span<const std::string_view> words) {
  Dice dice(input.seed);
  auto text = text_of(input);
  const auto values = values_of(text);
  if (dice.below(4) == 0 || values.empty()) {
    return LLVMFuzzerMutate(input.data, input.size, input.max_size);
  }
  const auto span = dice.of(values);
  const auto donor = dice.of(values);
  const auto other =
      dice.below(2) == 0 ? std::string(dice.of(words)) : text.substr(donor.begin, donor.size);
  text.replace(span.begin, span.size,
               changed_value(text.substr(span.begin, span.size), other, dice));
  return put_back(input, text);
}

}  // namespace strictmx::fuzz
