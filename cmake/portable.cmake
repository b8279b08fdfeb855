# SPDX-License-Identifier: GPL-2.0
# The kernel code over the user-space floor: sheen_lnet, sheen_osd, sheen_obd, sheen_mds, sheen_ost.
#
# Which files belong to a module is said once, in the Makefile.objs that kbuild reads; those of debug builds always do
# here. The kernel edges (netlink families, module entries without anything else, disks) are left out.
include_guard(GLOBAL)

option(SHEEN_SANITIZE "Build the user-space floor and all tests on it with ASan and UBSan" ON)

set(SHEEN_KERNEL_EDGES
    lnet/main.c lnet/control.c
    obd/class/control.c obd/class/control_stats.c obd/class/memory.c)

# All sources of a module from one or more Makefile.objs, without the edges.
function(sheen_module_sources result module)
    set(sources "")
    foreach(list IN LISTS ARGN)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
        file(READ ${list} text)
        string(REGEX REPLACE "#[^\n]*" "" text "${text}")
        string(REGEX REPLACE "\\\\\n" " " text "${text}")
        string(REGEX MATCHALL "${module}-(y|[$]\\(sheen-debug\\))[ \t]*[:+]?=[^\n]*" lines "${text}")
        foreach(line IN LISTS lines)
            string(REGEX REPLACE "^[^=]*=" "" line "${line}")
            separate_arguments(objects UNIX_COMMAND "${line}")
            foreach(object IN LISTS objects)
                string(REGEX REPLACE "\\.o$" ".c" source ${object})
                if(NOT source IN_LIST SHEEN_KERNEL_EDGES)
                    list(APPEND sources ${PROJECT_SOURCE_DIR}/${source})
                endif()
            endforeach()
        endforeach()
    endforeach()
    if(NOT sources)
        message(FATAL_ERROR "No sources of module ${module} in ${ARGN}")
    endif()
    set(${result} ${sources} PARENT_SCOPE)
endfunction()

function(sheen_portable_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES C_EXTENSIONS ON)
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${arg_LIBRARIES})
endfunction()

# Whatever stands on the floor is checked like the floor itself.
if(SHEEN_SANITIZE)
    set(flags -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-sanitize=alignment)
    target_compile_options(sheen_floor PUBLIC ${flags})
    target_link_options(sheen_floor PUBLIC ${flags})
endif()

set(root ${PROJECT_SOURCE_DIR})
sheen_module_sources(lnet_sources lnet ${root}/lnet/Makefile.objs)
sheen_portable_library(sheen_lnet SOURCES ${lnet_sources} LIBRARIES sheen_floor)

# The store in memory takes the place of osd_ext4.ko.
file(GLOB mem_sources CONFIGURE_DEPENDS ${root}/obd/osd/mem/*.c)
sheen_module_sources(osd_sources obd ${root}/obd/osd/Makefile.objs)
sheen_portable_library(sheen_osd SOURCES ${osd_sources} ${mem_sources} LIBRARIES sheen_floor)

file(GLOB obd_lists CONFIGURE_DEPENDS ${root}/obd/*/Makefile.objs)
list(REMOVE_ITEM obd_lists ${root}/obd/osd/Makefile.objs)
sheen_module_sources(obd_sources obd ${obd_lists})
sheen_portable_library(sheen_obd SOURCES ${obd_sources} LIBRARIES sheen_lnet sheen_osd)

sheen_module_sources(mds_sources mds ${root}/mds/Makefile.objs)
sheen_portable_library(sheen_mds SOURCES ${mds_sources} LIBRARIES sheen_obd)

sheen_module_sources(ost_sources ost ${root}/ost/Makefile.objs)
sheen_portable_library(sheen_ost SOURCES ${ost_sources} LIBRARIES sheen_obd)
unset(root)
