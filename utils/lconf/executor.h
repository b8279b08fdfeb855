// SPDX-License-Identifier: GPL-2.0
// Takes the steps of a plan on a machine.
#ifndef SHEEN_UTILS_LCONF_EXECUTOR_H
#define SHEEN_UTILS_LCONF_EXECUTOR_H

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lconf/machine.h"
#include "lconf/plan.h"

namespace sheen::lconf {

/// A start that fails takes back what it has started, so that the node is left as it was.  A stop goes on after
/// errors and returns the first one.
class Executor {
public:
    /// @print receives lines for the user; @show_steps prints every step; @pretend says that nothing is executed, so
    /// that conditions that only the real machine can answer are taken as met.
    Executor(Machine *machine, std::function<void(const std::string &)> print, bool show_steps, bool pretend)
        : machine_(*machine), print_(std::move(print)), show_steps_(show_steps), pretend_(pretend) {}

    Result<> Run(const Plan &plan);

private:
    Result<bool> IsDone(const Block &block);
    Result<bool> Applies(const Step &step);
    using StepIterator = std::vector<Step>::const_iterator;

    Result<> TakeSteps(const Block &block, StepIterator from, StepIterator to);
    Result<> RunBlock(const Block &block);
    Result<> RunAtOnce(const std::vector<const Block *> &blocks);
    Result<> RunStart(const Plan &plan);
    Result<> RunStop(const Plan &plan);
    std::vector<Result<>> SetupAtOnce(const std::vector<Step> &steps);
    std::vector<std::string> SetupArguments(const Step &step);
    Result<> Take(const Step &step);
    Result<> TakeStart(const Step &step, bool *changed);
    Result<> TakeStop(const Step &step);
    Result<> TakeSetup(const Step &step);
    Result<> CheckStorage(const Step &step);
    void Unwind(bool force);
    Result<> Finish(const Plan &plan);
    Result<const Device *> FindDevice(const std::string &name);
    void Show(const Step &step);

    Machine &machine_;
    std::function<void(const std::string &)> print_;
    bool show_steps_;
    bool pretend_;
    std::vector<Step> taken_;                   // what this run has changed, oldest first
    std::vector<std::string> already_;          // what was found running
    std::map<std::string, std::string> loops_;  // path of a file -> its block device
    std::optional<std::vector<Device>> devices_;
    bool changed_ = false;
};

}  // namespace sheen::lconf

#endif
