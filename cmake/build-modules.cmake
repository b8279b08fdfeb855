# SPDX-License-Identifier: GPL-2.0
# cmake -DSOURCE=tree -DBUILD=build -DKERNEL=release [-DPARTS=folder;folder...] [-DSPARSE=ON] -P build-modules.cmake
#
# kbuild writes objects beside their sources. To keep them out of the tree, the sources are linked
# one by one into build/kbuild/<release>, kbuild runs there with kernel/Kbuild as its entry, and the
# finished modules, without their debug information, go to build/modules/<release>.
cmake_minimum_required(VERSION 3.25)

set(parts kernel lnet obd mds ost client)
if(PARTS)
    set(parts ${PARTS})
endif()
set(farm ${BUILD}/kbuild/${KERNEL})
set(modules ${BUILD}/modules/${KERNEL})
set(headers /usr/src/linux-headers-${KERNEL})
if(NOT EXISTS ${headers}/Makefile)
    set(headers /lib/modules/${KERNEL}/build)
endif()
if(NOT EXISTS ${headers}/Makefile)
    message(FATAL_ERROR "No headers for kernel ${KERNEL}; install linux-headers-${KERNEL}")
endif()

function(link_sources)
    foreach(part IN LISTS parts)
        file(GLOB_RECURSE sources RELATIVE ${SOURCE}
            ${SOURCE}/${part}/*.c ${SOURCE}/${part}/*.h ${SOURCE}/${part}/*.S
            ${SOURCE}/${part}/Kbuild ${SOURCE}/${part}/Makefile.objs)
        # The floor in user space is no part of any module.
        list(FILTER sources EXCLUDE REGEX "^kernel/user/")
        file(GLOB_RECURSE linked RELATIVE ${farm}
            ${farm}/${part}/*.c ${farm}/${part}/*.h ${farm}/${part}/*.S
            ${farm}/${part}/Kbuild ${farm}/${part}/Makefile.objs)
        foreach(name IN LISTS linked)
            if(IS_SYMLINK ${farm}/${name} AND NOT EXISTS ${SOURCE}/${name})
                file(REMOVE ${farm}/${name})
            endif()
        endforeach()
        foreach(name IN LISTS sources)
            if(NOT IS_SYMLINK ${farm}/${name})
                get_filename_component(folder ${farm}/${name} DIRECTORY)
                file(MAKE_DIRECTORY ${folder})
                file(CREATE_LINK ${SOURCE}/${name} ${farm}/${name} SYMBOLIC)
            endif()
        endforeach()
    endforeach()
endfunction()

# kbuild lists what it made in modules.order, one object or module per line, depending on its age.
function(copy_modules)
    file(STRINGS ${farm}/kernel/modules.order built)
    set(names "")
    foreach(line IN LISTS built)
        string(REGEX REPLACE "\\.k?o$" ".ko" file ${line})
        get_filename_component(file ${file} ABSOLUTE BASE_DIR ${farm}/kernel)
        get_filename_component(name ${file} NAME)
        list(APPEND names ${name})
        if(${file} IS_NEWER_THAN ${modules}/${name})
            execute_process(COMMAND strip --strip-debug -o ${modules}/${name}.new ${file}
                COMMAND_ERROR_IS_FATAL ANY)
            # A node may be loading the old one: replace it in one step.
            file(RENAME ${modules}/${name}.new ${modules}/${name})
        endif()
    endforeach()
    file(GLOB old RELATIVE ${modules} ${modules}/*.ko)
    foreach(name IN LISTS old)
        if(NOT name IN_LIST names)
            file(REMOVE ${modules}/${name})
        endif()
    endforeach()
endfunction()

file(MAKE_DIRECTORY ${farm}/kernel ${modules})
link_sources()
# kbuild runs sparse over every source then, whether it is compiled or not.
set(check "")
if(SPARSE)
    set(check C=2)
endif()
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
# Type information for BPF needs the kernel's vmlinux, which no header package has.
execute_process(
    COMMAND make -s -C ${headers} M=${farm}/kernel CONFIG_DEBUG_INFO_BTF_MODULES= ${check} -j${cores} modules
    RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "The modules do not build for kernel ${KERNEL}")
endif()
copy_modules()
