// core/report/report_deviation.h: how a report departs from RFC 8460 §4.4. Real reports do so all
// the time; each way has a name, for `strictmx report lint` and for counting by reporter.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace strictmx {

enum class Deviation : std::uint8_t {
  byte_order_mark,      // before the JSON (RFC 8259 §8.1)
  trailing_octets,      // after the JSON
  invalid_utf8,         // RFC 7493 §2.1
  repeated_name,        // of one object (RFC 7493 §2.3)
  unknown_member,       // allowed (RFC 7493 §4.2)
  other_name,           // a member under a name that is not its own
  null_value,           // null for a member that may only be absent
  value_type,           // a value of another type, which could be read
  member_missing,       // something every report has
  text_form,            // a text that is not what the member holds, kept as it is
  count_form,           // a number in a string, with a fraction, or below zero
  date_form,            // not RFC 3339 with a zone
  date_unreadable,      // no date at all
  date_range,           // not one UTC day
  no_policies,          // RFC 8460 §4.4: at least one
  policy_unreadable,    // an element that is no policy; left out
  unknown_policy_type,  // kept
  policy_string_form,   // not one line or record per element
  summary_missing,      // counts come from the failure details
  summary_too_small,    // no failed sessions although there are failure details
  unknown_result_type,  // kept
  count_missing,        // of a failure; taken as 1
  repeated_failure,     // equal in everything; counts are added up
  address_form,         // no IP address
  helo_lines,           // more than one line of the greeting
  too_many,             // more than we keep
};
std::string_view name_of(Deviation deviation);

// False for what is allowed or a matter of taste.
bool is_error(Deviation deviation);

struct ReportRemark {
  Deviation deviation;
  std::string where;  // "policies[0].policy.mx-host"; may be empty
  std::string text;   // one line; remote text in it is escaped
};

// "where: text"
std::string format_remark(const ReportRemark& remark);

}  // namespace strictmx
