#include "core/report/report_deviation.h"

namespace strictmx {

std::string_view name_of(Deviation deviation) {
  switch (deviation) {
    case Deviation::byte_order_mark:
      return "byte_order_mark";
    case Deviation::trailing_octets:
      return "trailing_octets";
    case Deviation::invalid_utf8:
      return "invalid_utf8";
    case Deviation::repeated_name:
      return "repeated_name";
    case Deviation::unknown_member:
      return "unknown_member";
    case Deviation::other_name:
      return "other_name";
    case Deviation::null_value:
      return "null_value";
    case Deviation::value_type:
      return "value_type";
    case Deviation::member_missing:
      return "member_missing";
    case Deviation::text_form:
      return "text_form";
    case Deviation::count_form:
      return "count_form";
    case Deviation::date_form:
      return "date_form";
    case Deviation::date_unreadable:
      return "date_unreadable";
    case Deviation::date_range:
      return "date_range";
    case Deviation::no_policies:
      return "no_policies";
    case Deviation::policy_unreadable:
      return "policy_unreadable";
    case Deviation::unknown_policy_type:
      return "unknown_policy_type";
    case Deviation::policy_string_form:
      return "policy_string_form";
    case Deviation::summary_missing:
      return "summary_missing";
    case Deviation::summary_too_small:
      return "summary_too_small";
    case Deviation::unknown_result_type:
      return "unknown_result_type";
    case Deviation::count_missing:
      return "count_missing";
    case Deviation::repeated_failure:
      return "repeated_failure";
    case Deviation::address_form:
      return "address_form";
    case Deviation::helo_lines:
      return "helo_lines";
    case Deviation::too_many:
      return "too_many";
  }
  return "value_type";
}

bool is_error(Deviation deviation) {
  switch (deviation) {
    case Deviation::unknown_member:     // RFC 7493 §4.2: to be ignored
    case Deviation::date_range:         // RFC 8460 §4.1: only a recommendation
    case Deviation::summary_too_small:  // RFC 8460 §4: sums need not agree
    case Deviation::repeated_failure:
    case Deviation::helo_lines:
      return false;
    case Deviation::byte_order_mark:
    case Deviation::trailing_octets:
    case Deviation::invalid_utf8:
    case Deviation::repeated_name:
    case Deviation::other_name:
    case Deviation::null_value:
    case Deviation::value_type:
    case Deviation::member_missing:
    case Deviation::text_form:
    case Deviation::count_form:
    case Deviation::date_form:
    case Deviation::date_unreadable:
    case Deviation::no_policies:
    case Deviation::policy_unreadable:
    case Deviation::unknown_policy_type:
    case Deviation::policy_string_form:
    case Deviation::summary_missing:
    case Deviation::unknown_result_type:
    case Deviation::count_missing:
    case Deviation::address_form:
    case Deviation::too_many:
      break;
  }
  return true;
}

std::string format_remark(const ReportRemark& remark) {
  return remark.where.empty() ? remark.text : remark.where + ": " + remark.text;
}

}  // namespace strictmx
