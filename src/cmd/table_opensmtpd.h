// cmd/table_opensmtpd.h: the programs that OpenSMTPD 7.6 and later runs: strictmx table-opensmtpd,
// a table, and strictmx filter-opensmtpd, a filter that hands its reports on as events.
#pragma once
#include "cmd/command_result.h"
#include "cmd/opensmtpd_calls.h"
#include "net/endpoint.h"

namespace strictmx {

// Ends with smtpd's side of the pipe and not before: smtpd ends when its table program does. A
// socket that nobody answers on is an answer of its own, within a second.
CommandResult run_table_opensmtpd(const TableOpenSmtpdCall& call);

// Ends with smtpd's side of the pipe. What cannot be handed on is lost.
CommandResult run_filter_opensmtpd(const FilterOpenSmtpdCall& call);

// An endpoint, or the path of a unix socket. Errors: Errc::usage.
Result<Endpoint> parse_line_socket(const std::string& text);

}  // namespace strictmx
