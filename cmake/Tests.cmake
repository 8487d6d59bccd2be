# Tests that are not unit tests of one layer: rules of the house, command line, network lab.
if(NOT BUILD_TESTING OR STRICTMX_SANITIZE)
  return()
endif()

# rule(NAME COMMAND...): a check of our own rules, run from the top of the sources.
function(strictmx_rule name)
  add_test(NAME rules.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()
strictmx_rule(includes tools/check_includes)
strictmx_rule(headers tools/check_headers)
strictmx_rule(sizes tools/check_sizes)
strictmx_rule(references tools/check_references)
strictmx_rule(format tools/check_format)
strictmx_rule(matrix tools/check_matrix)
strictmx_rule(snippets tools/check_snippets)
strictmx_rule(conformance tools/conformance --check)
foreach(check check_includes check_headers check_sizes check_references check_format check_matrix
    check_snippets conformance)
  strictmx_rule(self_test.${check} tools/${check} --self-test)
endforeach()

add_test(NAME cli COMMAND python3 -B -m unittest discover -s tests/cli
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(cli PROPERTIES ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" TIMEOUT 300)

# Those in networks of their own, one after the other; other tests may run beside them.
function(strictmx_network_test name timeout)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>;STRICTMX_TOOLS=$<TARGET_FILE_DIR:bench_world>"
    SKIP_RETURN_CODE 77 TIMEOUT ${timeout} RESOURCE_LOCK network)
endfunction()
strictmx_network_test(lab 900 tests/lab/run --no-others)
strictmx_network_test(lab.others 900 tests/lab/run --only-others)
strictmx_network_test(zoo 900 tests/lab/check_zoo)
set_tests_properties(zoo PROPERTIES PROCESSORS 2)  # it looks at its own speed
strictmx_network_test(report.lab 300 tests/lab/reports)
strictmx_network_test(full_disk 300 tests/soak/full_disk)
strictmx_network_test(idle 120 tests/soak/idle)
strictmx_network_test(restart 120 tests/soak/restart)
strictmx_network_test(faults 600 tests/faults/run --quick)

# The long one: at most 200 cycles, and no new one after 240 s.
add_test(NAME soak COMMAND tests/soak/run --cycles 200 --seconds 240
  --tools $<TARGET_FILE_DIR:bench_world> WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(soak PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" TIMEOUT 360 COST 1000)

# Reports to receivers on the loopback address. Debian's own Python has the packages it needs.
add_test(NAME report COMMAND /usr/bin/python3 -B -m unittest discover -s tests/report
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(report PROPERTIES ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" TIMEOUT 600)

# What operators get beside the program: units, manual pages, completions, dashboard, alerts.
add_test(NAME packaging COMMAND python3 -B -m unittest discover -s tests/packaging
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(packaging PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" TIMEOUT 300)
