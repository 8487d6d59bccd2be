// cmd/check/check_junit.h: the report of strictmx check as JUnit XML, which test runners of all
// kinds read: a suite for each domain; in it one case for each kind of sender and one for each kind
// of finding. Failed: mail held back or refused; findings of severity warning or worse. Skipped:
// what could not be told. Pure.
#pragma once
#include <string>
#include <vector>

#include "cmd/check/check_report.h"

namespace strictmx {

std::string format_check_junit(const std::vector<DomainReport>& reports);

}  // namespace strictmx
