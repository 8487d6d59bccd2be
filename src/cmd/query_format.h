// cmd/query_format.h: the outcome of `strictmx query` for people and for programs. Pure. The JSON
// form is an interface: docs/formats/command-json.md.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"
#include "service/policyd/query.h"

namespace strictmx {

// As the form and detail of `call` say; the exit code follows the answer to the MTA.
CommandResult format_query(const QueryCall& call, const QueryReport& report);

}  // namespace strictmx
