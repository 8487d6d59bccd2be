# One folder of src is one layer is one library: docs/architecture.md has the table.

# Whether STRICTMX_UNIT_TESTS, ON or a list of names, asks for those of NAME.
function(strictmx_wants_unit_tests name result)
  set(${result} OFF PARENT_SCOPE)
  if(BUILD_TESTING AND (STRICTMX_UNIT_TESTS STREQUAL ON OR name IN_LIST STRICTMX_UNIT_TESTS))
    set(${result} ON PARENT_SCOPE)
  endif()
endfunction()

# strictmx_layer(NAME [ASYNC] [DEPENDS layer...] [LIBRARIES library...])
# Makes library `NAME` of all .cc files below src/NAME, and `NAME_test` of the _test.cc files.
# ASYNC: coroutines, whose optimised code takes the compiler twice as long with sanitizers; a Debug
# build does without. Their tests each set up a small world, and name its parts alike.
# Where CMAKE_UNITY_BUILD is on, six files are compiled as one, in less than half the time: what is
# named in a namespace without name is then named once in a layer.
# What most files include is compiled once (pch_*.h); that a header brings what it names is checked by
# tools/check_headers.
function(strictmx_layer name)
  cmake_parse_arguments(ARG "ASYNC" "" "DEPENDS;LIBRARIES" ${ARGN})
  set(optimise "")
  set(precompiled ${CMAKE_SOURCE_DIR}/cmake/pch_std.h)
  if(ARG_ASYNC)
    set(optimise $<$<CONFIG:Debug>:-O0>)
    set(precompiled ${CMAKE_SOURCE_DIR}/cmake/pch_asio.h)
  endif()
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER all EXCLUDE REGEX "(_test|/main)\\.cc$")
  add_library(strictmx_${name} STATIC ${all})
  target_link_libraries(strictmx_${name}
    PUBLIC strictmx_flags ${ARG_DEPENDS}
    PRIVATE strictmx_warnings ${ARG_LIBRARIES})
  target_compile_options(strictmx_${name} PRIVATE ${optimise})
  target_precompile_headers(strictmx_${name} PRIVATE ${precompiled})
  strictmx_wants_unit_tests(${name} wanted)
  if(tests AND wanted)
    add_executable(${name}_test ${tests} ${CMAKE_SOURCE_DIR}/tests/support/main.cc)
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_compile_definitions(${name}_test PRIVATE
      STRICTMX_VECTORS="${CMAKE_SOURCE_DIR}/tests/vectors")
    target_link_libraries(${name}_test PRIVATE
      strictmx_${name} strictmx_warnings ${ARG_LIBRARIES})
    target_compile_options(${name}_test PRIVATE $<$<CONFIG:Debug>:-O0>)  # half the compiler's time
    target_precompile_headers(${name}_test PRIVATE ${precompiled})
    if(ARG_ASYNC)
      set_target_properties(${name}_test PROPERTIES UNITY_BUILD OFF)
    endif()
    add_test(NAME unit.${name} COMMAND ${name}_test)
    set_tests_properties(unit.${name} PROPERTIES TIMEOUT 300 LABELS unit)
  endif()
endfunction()
