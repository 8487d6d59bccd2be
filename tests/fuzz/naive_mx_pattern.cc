#include <algorithm>

#include "abnf.h"
#include "naive.h"

namespace strictmx::naive {

namespace {

// RFC 5321 §4.1.2: sub-domain = Let-dig [Ldh-str]; Ldh-str ends with Let-dig. RFC 1035 §2.3.4: 63.
Rule sub_domain() {
  const auto inner = either({alphanum(), literal("-")});
  return sequence({alphanum(), maybe(sequence({repeat(0, 61, inner), alphanum()}))});
}

Rule domain() {
  return sequence({sub_domain(), any_number(sequence({literal("."), sub_domain()}))});
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::vector<std::string> labels_of(std::string_view name) {
  std::vector<std::string> labels{""};
  for (const char c : lower(name)) {
    if (c == '.') {
      labels.emplace_back();
    } else {
      labels.back() += c;
    }
  }
  return labels;
}

}  // namespace

bool is_domain(std::string_view text) {
  static const Rule rule = domain();
  if (text.size() > 253 || !matches(rule, text)) return false;
  const auto last = labels_of(text).back();
  return last.find_first_not_of("0123456789") != std::string::npos;
}

bool is_mx_pattern(std::string_view text) {
  return is_domain(text.starts_with("*.") ? text.substr(2) : text);
}

bool mx_matches(std::string_view pattern, std::string_view host) {
  const auto wanted = labels_of(pattern);
  const auto labels = labels_of(host);
  if (wanted.size() != labels.size()) return false;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool star = i == 0 && wanted[i] == "*";  // STS-V02
    if (!star && wanted[i] != labels[i]) return false;
  }
  return true;
}

}  // namespace strictmx::naive
