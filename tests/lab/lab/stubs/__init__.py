"""Programs the lab runs inside its namespaces, each with one job and a JSON-lines log."""
