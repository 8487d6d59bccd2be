// wire/json_scanner.h: walks through JSON text (RFC 8259) without making a tree of it, for short
// texts that come by the hundred thousand. Pure. What is asked for is read, all else is skipped.
// Where base/json is strict this is tolerant: strings may hold any octets, control characters and
// half surrogate pairs (as "?"); whoever uses them cleans them (core/tls_result: bound()).
// Limits: the text's length; depth of 16. The first fault ends everything: all calls fail then.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strictmx {

class JsonScanner {
 public:
  enum class Kind : std::uint8_t { object, array, string, number, other, none };
  enum class Fault : std::uint8_t { syntax, too_deep };

  // `text` must outlive the scanner.
  explicit JsonScanner(std::string_view text) : text_(text) {}

  // What the value here is, by its first octet; none: the text ends, or nothing begins so.
  Kind kind();

  // Over the value here. False: a fault.
  bool skip();

  // The string here; of another kind of value nothing is read, and it is skipped. False: a fault,
  // or no string.
  bool read_string(std::string& to);
  // Likewise for an integer of 64 bits; absent: another number, another value, or a fault.
  std::optional<std::int64_t> read_integer();

  // Into the object here, and to its next member: the key is read, the value is here. False: the
  // object has ended, or a fault.
  bool enter_object() { return enter('{'); }
  bool next_member(std::string& key);
  // The same for an array.
  bool enter_array() { return enter('['); }
  bool next_element();

  // Nothing but blanks follows.
  bool at_end();

  std::optional<Fault> fault() const { return fault_; }

 private:
  bool enter(char bracket);
  bool next(char closing);
  bool take(char expected);
  bool fail(Fault fault = Fault::syntax);
  void skip_blanks();
  bool skip_string();
  bool skip_word();
  void scan_string(std::string& to);
  void read_escape(std::string& to);
  std::optional<std::uint32_t> read_hex();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool first_ = false;  // right behind an opening bracket
  std::optional<Fault> fault_;
};

}  // namespace strictmx
