#include "abnf.h"
#include "naive.h"

namespace strictmx::naive {

namespace {

// RFC 8461 §3.1, from the top; "-" in names is "_" here.
Rule sts_id() { return sequence({literal("id="), repeat(1, 32, alphanum())}); }

Rule sts_ext_name() {
  return sequence(
      {alphanum(), repeat(0, 31, either({alphanum(), literal("_"), literal("-"), literal(".")}))});
}

// %x21-3A / %x3C / %x3E-7E: no "=", no ";", no SP, no controls.
Rule sts_ext_value() {
  return at_least_one(either({octets(0x21, 0x3a), octets(0x3c, 0x3c), octets(0x3e, 0x7e)}));
}

Rule sts_extension() { return sequence({sts_ext_name(), literal("="), sts_ext_value()}); }
Rule sts_field() { return either({sts_id(), sts_extension()}); }
Rule sts_field_delim() { return sequence({any_number(wsp()), literal(";"), any_number(wsp())}); }

Rule sts_text_record() {
  return sequence({literal("v=STSv1"), at_least_one(sequence({sts_field_delim(), sts_field()})),
                   maybe(sts_field_delim())});
}

std::string without_blanks(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// No value holds a ";".
std::vector<std::string> fields_of(const std::string& record) {
  std::vector<std::string> fields;
  std::string field;
  for (const char c : record + ";") {
    if (c != ';') {
      field += c;
      continue;
    }
    fields.push_back(without_blanks(field));
    field.clear();
  }
  return fields;
}

std::optional<std::string> read_record(const std::string& rr) {
  static const Rule record = sts_text_record();
  static const Rule id = sts_id();
  if (!matches(record, rr)) return std::nullopt;
  for (const auto& field : fields_of(rr)) {
    if (!field.starts_with("id=")) continue;
    // STS-R10: the first counts; STS-R08: what is no id is not one, whatever follows.
    if (!matches(id, field)) return std::nullopt;
    return field.substr(3);
  }
  return std::nullopt;  // STS-R08
}

}  // namespace

StsTxt read_sts_txt(const std::vector<std::string>& rrs) {
  static const Rule version = sequence({literal("v=STSv1"), any_number(wsp()), literal(";")});
  StsTxt txt;
  std::string candidate;
  for (const auto& rr : rrs) {
    if (version(rr, 0).none()) continue;  // STS-R04, G-01
    ++txt.candidates;
    candidate = rr;
  }
  if (txt.candidates == 1) txt.id = read_record(candidate);  // STS-R05
  return txt;
}

}  // namespace strictmx::naive
