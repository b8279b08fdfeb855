// SPDX-License-Identifier: GPL-2.0
// The machine that lconf acts upon: the real one, one that only pretends (--noexec), or one that a test made up.
#ifndef SHEEN_UTILS_LCONF_MACHINE_H
#define SHEEN_UTILS_LCONF_MACHINE_H

#include <memory>
#include <string>
#include <vector>

#include "lconf/plan.h"
#include "lib/control.h"

namespace sheen::lconf {

class Machine {
public:
    virtual ~Machine() = default;

    virtual bool ModuleLoaded(const std::string &name) = 0;
    virtual Result<> LoadModule(const std::string &name) = 0;
    virtual Result<> UnloadModule(const std::string &name) = 0;

    /// False also when the module is not there.
    virtual bool NetworkIsUp() = 0;
    virtual Result<> NetworkUp(const std::string &networks) = 0;
    virtual Result<> NetworkDown() = 0;

    /// Fails when the disk of a target is missing, in use, or not what the target needs.
    virtual Result<> CheckStorage(const Storage &storage) = 0;
    /// The block device of a file; @made tells whether it was not there before.
    virtual Result<std::string> OpenStorage(const Storage &storage, bool *made) = 0;
    /// Removes the loop device of a file, if there is one.
    virtual Result<> CloseStorage(const Storage &storage) = 0;
    virtual Result<> Format(const Storage &storage, const std::string &device) = 0;

    /// Empty when the module is not there.
    virtual Result<std::vector<Device>> Devices() = 0;
    virtual Result<> Attach(const std::string &type, const std::string &name, const std::string &uuid) = 0;
    /// May be called for several devices at once.
    virtual Result<> Setup(const std::string &name, const std::vector<std::string> &arguments) = 0;
    virtual Result<> Cleanup(const std::string &name, uint32_t flags) = 0;
    virtual Result<> Detach(const std::string &name) = 0;
    virtual Result<> Operate(const std::string &name, const std::string &operation) = 0;
    virtual Result<> SetConf(const std::string &fsname, const std::string &text) = 0;
    /// Fails when the MGS holds a description that differs from @text, or none.
    virtual Result<> CheckConf(const std::string &fsname, const std::string &text) = 0;

    virtual bool IsMounted(const std::string &path) = 0;
    virtual Result<> MakeDirectory(const std::string &path) = 0;
    virtual Result<> Mount(const std::string &source, const std::string &path, const std::string &options) = 0;
    virtual Result<> Unmount(const std::string &path, bool force) = 0;
};

std::unique_ptr<Machine> RealMachine();

/// Nothing is there when starting and everything is when stopping; all steps succeed.
std::unique_ptr<Machine> PretendedMachine(bool stopping);

}  // namespace sheen::lconf

#endif
