// scenario/facts.h: the lines of a scenario that say what the world is like.
#pragma once
#include "scenario/text.h"
#include "scenario/world.h"

namespace strictmx::scenario {

// Changes the world as the line says; false when it is no such line. Throws BadScenario without
// a place.
bool state_fact(World& world, const std::vector<std::string>& line);

// What "hold" and "release" name, as in World::held: "txt _mta-sts.example.com", "disk". Takes all
// words that are left.
std::string read_held(Words& words);

}  // namespace strictmx::scenario
