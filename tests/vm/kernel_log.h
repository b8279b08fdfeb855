/* SPDX-License-Identifier: GPL-2.0 */
// What in a kernel log means that something is broken.
#pragma once

#include <string>
#include <vector>

namespace sheen::vm {

// The lines of a kernel log (dmesg or console) that report a fault: WARN, BUG, Oops, panic, hung
// or stalled tasks, lockdep, reference counts, memory errors, and leaks that modules report.
std::vector<std::string> kernel_log_faults(const std::string &log);

// The lines that say that a client was evicted, from a server's side or the client's, Sheen's or stock.
std::vector<std::string> evictions(const std::string &log);

// The lines of a stock client that say that it lost a connection and makes a new one.
std::vector<std::string> lost_connections(const std::string &log);

}  // namespace sheen::vm
