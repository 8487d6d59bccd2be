# Tests that are not unit tests of one layer: rules of the house, command line, network lab.
