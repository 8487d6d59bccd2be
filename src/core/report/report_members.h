// core/report/report_members.h: takes members out of the JSON of a report and remarks on each that
// is not as RFC 8460 §4.4 has it. Private to core: included by the files of
// core/report/report_reader. Limits: 1000 remarks, texts of 4096 octets, lists of 1024.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "core/report/report_deviation.h"

namespace strictmx {

class ReportRemarks {
 public:
  void add(Deviation deviation, std::string where, std::string text);
  std::vector<ReportRemark> take() { return std::move(remarks_); }

 private:
  std::vector<ReportRemark> remarks_;
};

// One object of the report; `where` is its path.
class ReportMembers {
 public:
  ReportMembers(const Json& object, std::string where, ReportRemarks& remarks)
      : object_(object), where_(std::move(where)), remarks_(remarks) {}

  enum class Need : std::uint8_t { required, optional };

  // The member, or null. `other` is a name that some write instead; empty: none.
  const Json* take(std::string_view name, Need need, std::string_view other = {});
  // Numbers and others become text; cut at the limit.
  std::string take_text(std::string_view name, Need need, std::string_view other = {});
  // An array of texts; one text is a list of one.
  std::vector<std::string> take_list(std::string_view name, std::string_view other = {});
  // 0 or more. `missing` is what stands for a member that is not there.
  std::int64_t take_count(std::string_view name, std::int64_t missing, Deviation when_missing);

  // Remarks on the members that nobody took.
  void remark_on_others();

  std::string path(std::string_view name) const;
  void remark(Deviation deviation, std::string_view name, std::string text) {
    remarks_.add(deviation, path(name), std::move(text));
  }

 private:
  std::string text_of(const Json& value, const std::string& where);

  const Json& object_;
  std::string where_;
  ReportRemarks& remarks_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace strictmx
