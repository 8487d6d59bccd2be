#include "cmd/report/report_file_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "cmd/config/read_file.h"
#include "cmd/report/report_format.h"
#include "core/report/report_json.h"
#include "core/report/report_reader.h"
#include "wire/report_input.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxFile = 32 << 20;
constexpr std::size_t kMaxUnpacked = 32 << 20;

struct Opened {
  ReadReport read;
  std::vector<std::string> packaging;
};

Result<Opened> open_file(const std::string& octets) {
  auto input = open_report(octets, kMaxUnpacked);
  if (!input) return std::unexpected(input.error());
  auto read = read_report(input->json, input->context);
  if (!read) return std::unexpected(read.error());
  return Opened{*std::move(read), std::move(input->remarks)};
}

std::vector<std::string> remark_lines(const Opened& opened) {
  auto lines = opened.packaging;
  for (const auto& remark : opened.read.remarks) {
    lines.push_back(fmt::format("{}{}: {}", is_error(remark.deviation) ? "error: " : "note: ",
                                name_of(remark.deviation), format_remark(remark)));
  }
  return lines;
}

CommandResult show(const Opened& opened, OutputForm form) {
  if (form == OutputForm::json) {
    auto members = *report_json(opened.read.report).object();
    members.emplace_back("remarks", Json::strings(remark_lines(opened)));
    return {ExitCode::ok, Json(std::move(members)).dump() + "\n", ""};
  }
  auto text = format_report_text(opened.read.report);
  for (const auto& line : remark_lines(opened)) text += escape_remote(line) + "\n";
  return {ExitCode::ok, std::move(text), ""};
}

CommandResult lint(const Opened& opened, OutputForm form) {
  const auto first = std::ranges::find_if(
      opened.read.remarks, [](const auto& remark) { return is_error(remark.deviation); });
  const bool valid = first == opened.read.remarks.end();
  const auto exit = valid ? ExitCode::ok : ExitCode::no;
  if (form == OutputForm::json) {
    const Json line = Json::Object{{"valid", valid},
                                   {"error", valid ? Json() : Json(format_remark(*first))},
                                   {"warnings", Json::strings(remark_lines(opened))}};
    return {exit, line.dump() + "\n", ""};
  }
  std::string text = valid ? "valid\n" : fmt::format("invalid: {}\n", format_remark(*first));
  for (const auto& line : remark_lines(opened)) text += escape_remote(line) + "\n";
  return {exit, std::move(text), ""};
}

CommandResult refuse(const ReportFileCall& call, const Error& error) {
  if (call.form == OutputForm::text || call.action == ReportFileAction::show) {
    return {ExitCode::no, "", fmt::format("strictmx: {}: {}\n", call.file, error.detail)};
  }
  const Json line =
      Json::Object{{"valid", false}, {"error", error.detail}, {"warnings", Json::Array{}}};
  return {ExitCode::no, line.dump() + "\n", ""};
}

}  // namespace

CommandResult run_report_file(const ReportFileCall& call) {
  const auto octets =
      call.file == "-" ? read_standard_input(kMaxFile) : read_file(call.file, kMaxFile);
  if (!octets) return refuse_call(octets.error().detail);
  const auto opened = open_file(*octets);
  if (!opened) return refuse(call, opened.error());
  return call.action == ReportFileAction::show ? show(*opened, call.form)
                                               : lint(*opened, call.form);
}

}  // namespace strictmx
