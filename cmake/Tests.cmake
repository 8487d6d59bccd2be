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

add_test(NAME lab COMMAND tests/lab/run --no-others WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(lab PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" SKIP_RETURN_CODE 77 TIMEOUT 900 RUN_SERIAL ON)

add_test(NAME zoo COMMAND tests/lab/check_zoo WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(zoo PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" SKIP_RETURN_CODE 77 TIMEOUT 900 RUN_SERIAL ON)

# The long one: at most 200 cycles, and no new one after 200 s.
add_test(NAME soak COMMAND tests/soak/run --cycles 200 --seconds 200
  --tools $<TARGET_FILE_DIR:bench_world> WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(soak PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" TIMEOUT 300 RUN_SERIAL ON)

add_test(NAME full_disk COMMAND tests/soak/full_disk WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(full_disk PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>;STRICTMX_TOOLS=$<TARGET_FILE_DIR:bench_world>"
  SKIP_RETURN_CODE 77 TIMEOUT 300 RUN_SERIAL ON)

add_test(NAME idle COMMAND tests/soak/idle WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(idle PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" SKIP_RETURN_CODE 77 TIMEOUT 120)

# Reports to receivers on the loopback address. Debian's own Python has the packages it needs.
add_test(NAME report COMMAND /usr/bin/python3 -B -m unittest discover -s tests/report
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(report PROPERTIES ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" TIMEOUT 300)

add_test(NAME report.lab COMMAND tests/lab/reports WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(report.lab PROPERTIES
  ENVIRONMENT "STRICTMX=$<TARGET_FILE:strictmx>" SKIP_RETURN_CODE 77 TIMEOUT 300)
