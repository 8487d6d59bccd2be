"""The machinery of `tests/faults/run`; see README.md."""
