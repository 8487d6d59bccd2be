#include "core/report/report_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "core/report/mail_address.h"
#include "core/report/report_date.h"
#include "core/report/report_members.h"
#include "core/report/report_policy_reader.h"

namespace strictmx {

namespace {

using Need = ReportMembers::Need;

constexpr std::size_t kMaxPolicies = 10000;

class Reader {
 public:
  explicit Reader(const ReportContext& context) : context_(context) {}

  Result<ReadReport> read(std::string_view text) {
    if (skip_byte_order_mark(text))
      remarks_.add(Deviation::byte_order_mark, "", "begins with a byte order mark");
    std::string cleaned = to_utf8(text);
    if (cleaned != text) {
      remarks_.add(Deviation::invalid_utf8, "", "is not UTF-8");
      text = cleaned;
    }
    std::string_view rest = text;
    const auto json = Json::parse_front(rest);
    if (!json) return std::unexpected(json.error());
    if (json->object() == nullptr) return fail(Errc::syntax, "offset 0: is no JSON object");
    if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      remarks_.add(Deviation::trailing_octets, "", "something stands behind the JSON");
    }
    if (const auto name = Json::repeated_name(text); !name.empty()) {
      remarks_.add(Deviation::repeated_name, "",
                   fmt::format("{} stands twice in one object", escape_remote(name, 60)));
    }
    read_members(*json);
    return ReadReport{std::move(report_), remarks_.take()};
  }

 private:
  void read_members(const Json& json) {
    ReportMembers members(json, "", remarks_);
    report_.organization_name = members.take_text("organization-name", Need::required);
    if (report_.organization_name.empty()) report_.organization_name = context_.submitter;
    read_range(members);
    read_contact(members);
    report_.report_id = members.take_text("report-id", Need::required);
    read_policies(members);
    members.remark_on_others();
  }

  void read_contact(ReportMembers& members) {
    report_.contact_info = members.take_text("contact-info", Need::required);
    if (report_.contact_info.empty()) return;
    if (!MailAddress::parse(report_.contact_info)) {  // RFC 8460 §4.4: an address and no more
      members.remark(Deviation::text_form, "contact-info", "is no mail address");
    }
  }

  void read_range(ReportMembers& members) {
    const auto* range = members.take("date-range", Need::required);
    const bool inside = range != nullptr && range->object() != nullptr;
    if (range != nullptr && !inside) {
      members.remark(Deviation::value_type, "date-range", "is no object");
    }
    const Json nothing = Json::Object{};
    ReportMembers dates(inside ? *range : nothing, "date-range", remarks_);
    if (!inside) return;
    const auto begin = read_date(dates, "start-datetime");
    const auto end = read_date(dates, "end-datetime");
    dates.remark_on_others();
    if (begin) report_.begin = *begin;
    if (!end) {
      report_.end = report_.begin + std::chrono::days(1) - Seconds(1);
      return;
    }
    report_.end = *end;
    normalize_range(members, begin.has_value());
  }

  // RFC 8460 §4.1, unclear: "24:00" may be the last second or the next midnight; our reading: the
  // last second, as in the example of RFC 8460 §4.4.
  void normalize_range(ReportMembers& members, bool begin_known) {
    const auto of_day = [](WallTime when) {
      return when - std::chrono::floor<std::chrono::days>(when);
    };
    if (begin_known && report_.end < report_.begin) {
      members.remark(Deviation::date_form, "date-range", "ends before it begins");
      std::swap(report_.begin, report_.end);
    }
    if (of_day(report_.end) == Seconds(0) && report_.end > report_.begin) {
      report_.end -= Seconds(1);
      members.remark(Deviation::date_range, "date-range", "ends at the next midnight");
    }
    const bool whole_day = of_day(report_.begin) == Seconds(0) &&
                           report_.end == report_.begin + std::chrono::days(1) - Seconds(1);
    if (!whole_day) members.remark(Deviation::date_range, "date-range", "is not one UTC day");
  }

  std::optional<WallTime> read_date(ReportMembers& dates, std::string_view name) {
    const auto text = dates.take_text(name, Need::required);
    if (text.empty()) return std::nullopt;
    const auto date = read_report_date(text);
    if (!date) {
      dates.remark(Deviation::date_unreadable, name,
                   fmt::format("\"{}\" is no date", escape_remote(text, 60)));
      return std::nullopt;
    }
    if (!date->exact) dates.remark(Deviation::date_form, name, "is not in the form of RFC 3339");
    return date->when;
  }

  void read_policies(ReportMembers& members) {
    const auto* value = members.take("policies", Need::required);
    if (value != nullptr && value->object() != nullptr) {
      members.remark(Deviation::value_type, "policies", "is no array");
      add_policy(*value, "policies");
    } else if (value != nullptr && value->array() == nullptr) {
      members.remark(Deviation::value_type, "policies", "is no array");
    } else if (value != nullptr) {
      for (std::size_t i = 0; i < value->array()->size(); ++i) {
        add_policy((*value->array())[i], fmt::format("policies[{}]", i));
      }
    }
    if (report_.policies.empty()) members.remark(Deviation::no_policies, "policies", "is empty");
  }

  void add_policy(const Json& element, const std::string& where) {
    if (report_.policies.size() == kMaxPolicies) {
      remarks_.add(Deviation::too_many, where, "over 10000 policies");
      return;
    }
    auto policy = read_report_policy(element, where, context_.policy_domain, remarks_);
    if (policy) report_.policies.push_back(*std::move(policy));
  }

  const ReportContext& context_;
  ReportRemarks remarks_;
  Report report_;
};

}  // namespace

Result<ReadReport> read_report(std::string_view text, const ReportContext& context) {
  return Reader(context).read(text);
}

Result<Report> read_strict_report(std::string_view text) {
  auto read = read_report(text);
  if (!read) return std::unexpected(read.error());
  for (const auto& remark : read->remarks) {
    if (is_error(remark.deviation)) return fail(Errc::syntax, format_remark(remark));
  }
  return std::move(read->report);
}

}  // namespace strictmx
