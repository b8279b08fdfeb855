# SPDX-License-Identifier: GPL-2.0
# Target `modules`: builds the kernel modules against stock kernel headers, into
# build/modules/<kernel release>. build-modules.cmake does the work and knows no target.
set(SHEEN_KERNELS "" CACHE STRING
    "Kernel releases to build modules for, separated by ;. Empty: all with headers in /usr/src")

function(sheen_find_kernels result)
    set(found "")
    file(GLOB folders LIST_DIRECTORIES true /usr/src/linux-headers-*-amd64)
    foreach(folder IN LISTS folders)
        if(EXISTS ${folder}/Makefile)
            string(REGEX REPLACE "^.*/linux-headers-" "" release ${folder})
            list(APPEND found ${release})
        endif()
    endforeach()
    set(${result} ${found} PARENT_SCOPE)
endfunction()

set(kernels ${SHEEN_KERNELS})
if(NOT kernels)
    sheen_find_kernels(kernels)
endif()

add_custom_target(modules)
foreach(release IN LISTS kernels)
    # A target's name may not hold every character that a release may.
    string(MAKE_C_IDENTIFIER modules-${release} target)
    add_custom_target(${target}
        COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DBUILD=${PROJECT_BINARY_DIR}
                -DKERNEL=${release} -P ${PROJECT_SOURCE_DIR}/cmake/build-modules.cmake
        USES_TERMINAL VERBATIM
        COMMENT "Modules for ${release}")
    add_dependencies(modules ${target})
endforeach()
