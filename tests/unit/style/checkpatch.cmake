# SPDX-License-Identifier: GPL-2.0
# cmake -DCHECKPATCH=script -P checkpatch.cmake, at the top of the tree: options are in .checkpatch.conf.
cmake_minimum_required(VERSION 3.25)

# Here the versions of the kernel are told apart, and the two floors.
file(GLOB special RELATIVE ${CMAKE_CURRENT_BINARY_DIR} kernel/compat/*.h kernel/node.h)
file(GLOB_RECURSE ordinary RELATIVE ${CMAKE_CURRENT_BINARY_DIR}
    lnet/*.[ch] obd/*.[ch] mds/*.[ch] ost/*.[ch] client/*.[ch] kernel/uapi/*.h)

execute_process(COMMAND perl ${CHECKPATCH} -f ${ordinary} RESULT_VARIABLE first)
execute_process(
    COMMAND perl ${CHECKPATCH} --ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON,NEW_TYPEDEFS,COMPLEX_MACRO -f ${special}
    RESULT_VARIABLE second)
if(first OR second)
    message(FATAL_ERROR "checkpatch has found something")
endif()
