// scenario/runner.h: plays one scenario against the daemon (README.md has the steps).
#pragma once
#include "scenario/text.h"

namespace strictmx::scenario {

// Throws BadScenario for what is not in the form, Deviation when the daemon does something else;
// both say "file:line: ".
void run_scenario(const Scenario& scenario);

}  // namespace strictmx::scenario
