# Compiles each header alone, so that no header leans on what another happened to include first.

# strictmx_check_headers(TARGET FOLDER)
# Makes an object library TARGET_headers, part of `all`, of one line of source for each header below
# src/FOLDER, with TARGET's own include folders and warnings.
function(strictmx_check_headers target folder)
  file(GLOB_RECURSE headers RELATIVE ${CMAKE_SOURCE_DIR}/src CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/src/${folder}/*.h)
  set(sources "")
  foreach(header ${headers})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${header}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
    list(APPEND sources ${source})
  endforeach()
  if(sources)
    add_library(${target}_headers OBJECT ${sources})
    target_compile_options(${target}_headers PRIVATE -O0 -g0 -fno-sanitize=all)
    target_include_directories(${target}_headers PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    get_target_property(libraries ${target} LINK_LIBRARIES)
    target_link_libraries(${target}_headers PRIVATE ${target} ${libraries})
  endif()
endfunction()
