# SPDX-License-Identifier: GPL-2.0
# sheen_add_test(NAME program FLOOR unit|sim|fuzz|cluster|interop SOURCES ... [LIBRARIES ...])
# adds a GoogleTest program; each of its tests is one of ctest's, labelled with its floor. Target tests-FLOOR builds
# what a floor needs. TOGETHER TEST: all of its tests are this one of ctest's, since they share what is dear to make.
include(GoogleTest)

foreach(floor unit sim fuzz cluster interop)
    add_custom_target(tests-${floor})
endforeach()

function(sheen_add_test)
    cmake_parse_arguments(arg "" "NAME;FLOOR;TIMEOUT;TOGETHER" "SOURCES;LIBRARIES" ${ARGN})
    find_package(GTest REQUIRED)
    add_executable(${arg_NAME} ${arg_SOURCES})
    # GoogleTest's macros take the optimizer longer than it saves when they run.
    target_compile_options(${arg_NAME} PRIVATE -O0)
    target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
    add_dependencies(tests-${arg_FLOOR} ${arg_NAME})
    set(properties LABELS ${arg_FLOOR})
    if(arg_FLOOR STREQUAL "cluster" OR arg_FLOOR STREQUAL "interop")
        list(APPEND properties RUN_SERIAL TRUE)
    endif()
    if(arg_TIMEOUT)
        list(APPEND properties TIMEOUT ${arg_TIMEOUT})
    endif()
    if(arg_TOGETHER)
        add_test(NAME ${arg_TOGETHER} COMMAND ${arg_NAME})
        set_tests_properties(${arg_TOGETHER} PROPERTIES ${properties})
    else()
        gtest_discover_tests(${arg_NAME} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
    endif()
endfunction()
