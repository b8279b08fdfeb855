// SPDX-License-Identifier: GPL-2.0
#include "lconf/executor.h"

#include <algorithm>
#include <cerrno>
#include <future>

#include <fmt/format.h>

#include "lib/strings.h"
#include "sheen_netlink.h"

namespace sheen::lconf {

namespace {

bool IsStop(Action action) {
    return action == Action::kUnloadModule || action == Action::kNetworkDown || action == Action::kCloseStorage ||
           action == Action::kCleanup || action == Action::kDetach || action == Action::kUnmount;
}

/// The step that takes another one back, if anything does.
std::optional<Step> Inverse(const Step &step, bool force) {
    // Clients that are waited for are not the fault of a start that fails.
    uint32_t flags = force ? SHEEN_CLEANUP_FORCE | SHEEN_CLEANUP_FAILOVER : 0;

    switch (step.action) {
        case Action::kLoadModule:
            return Step{.action = Action::kUnloadModule, .name = step.name};
        case Action::kNetworkUp:
            return Step{.action = Action::kNetworkDown};
        case Action::kOpenStorage:
            return Step{.action = Action::kCloseStorage, .storage = step.storage};
        case Action::kAttach:
            return Step{.action = Action::kDetach, .name = step.name};
        case Action::kSetup:
            return Step{.action = Action::kCleanup, .name = step.name, .flags = flags};
        case Action::kMount:
            return Step{.action = Action::kUnmount, .name = step.name, .flags = flags};
        default:
            return std::nullopt;
    }
}

/// The step of a block that sets its device up; each that is set up at once with others has one.
auto SetupOf(const Block &block) {
    return std::find_if(block.steps.begin(), block.steps.end(),
                        [](const Step &step) { return step.action == Action::kSetup; });
}

}  // namespace

void Executor::Show(const Step &step) {
    std::string text = Describe(step);

    if (!show_steps_ || text.empty())
        return;
    for (const std::string &line : Split(text, '\n'))
        print_("+ " + line);
}

Result<const Device *> Executor::FindDevice(const std::string &name) {
    if (!devices_) {
        Result<std::vector<Device>> devices = machine_.Devices();
        if (!devices)
            return devices.error();
        devices_ = std::move(*devices);
    }
    for (const Device &device : *devices_)
        if (device.name == name)
            return &device;
    return nullptr;
}

/// Whether what a block starts is running already.
Result<bool> Executor::IsDone(const Block &block) {
    if (!block.mount.empty())
        return machine_.IsMounted(block.mount);
    if (block.device.empty())
        return false;
    Result<const Device *> device = FindDevice(block.device);
    if (!device)
        return device.error();
    if (*device && (*device)->status == "ST")
        return Error{EBUSY, fmt::format("{}: is being stopped", block.what), "try again when it is gone"};
    return *device != nullptr && (*device)->status != "AT";
}

Result<bool> Executor::Applies(const Step &step) {
    if (pretend_ || step.only == Only::kAlways)
        return true;
    Result<const Device *> device = FindDevice(step.name);
    if (!device)
        return device.error();
    bool of_type =
        std::any_of(devices_->begin(), devices_->end(), [&](const Device &other) { return other.type == step.type; });
    switch (step.only) {
        case Only::kDevicePresent:
            return *device != nullptr;
        case Only::kLastOfType:
            return *device != nullptr && !of_type;
        case Only::kNoDeviceOfType:
            return !of_type;
        case Only::kNoDevices:
            return devices_->empty();
        case Only::kAlways:
            break;
    }
    return true;
}

Result<> Executor::CheckStorage(const Step &step) {
    for (const std::string &name : step.words) {
        Result<const Device *> device = FindDevice(name);
        if (!device)
            return device.error();
        if (*device && step.storage.reformat)
            return Error{EBUSY, fmt::format("{} is running and cannot be formatted", name),
                         "stop it first, with lconf --cleanup"};
        // The disk is in use, and it is we who use it.
        if (*device)
            return {};
    }
    return machine_.CheckStorage(step.storage);
}

std::vector<std::string> Executor::SetupArguments(const Step &step) {
    std::vector<std::string> arguments = step.words;

    if (auto loop = loops_.find(step.storage.path); loop != loops_.end() && !arguments.empty())
        arguments[0] = loop->second;
    return arguments;
}

Result<> Executor::TakeSetup(const Step &step) {
    Result<const Device *> device = FindDevice(step.name);

    if (!device)
        return device.error();
    return machine_.Setup(step.name, SetupArguments(step));
}

Result<> Executor::TakeStart(const Step &step, bool *changed) {
    *changed = true;
    switch (step.action) {
        case Action::kCheckStorage:
            *changed = false;
            return CheckStorage(step);
        case Action::kLoadModule:
            *changed = !machine_.ModuleLoaded(step.name);
            return *changed ? machine_.LoadModule(step.name) : Result<>();
        case Action::kNetworkUp:
            *changed = !machine_.NetworkIsUp();
            return machine_.NetworkUp(step.words[0]);
        case Action::kOpenStorage: {
            Result<std::string> loop = machine_.OpenStorage(step.storage, changed);
            if (!loop)
                return loop.error();
            loops_[step.storage.path] = *loop;
            return {};
        }
        case Action::kFormat: {
            auto loop = loops_.find(step.storage.path);
            return machine_.Format(step.storage, loop == loops_.end() ? step.storage.path : loop->second);
        }
        case Action::kAttach: {
            Result<const Device *> device = FindDevice(step.name);
            if (!device)
                return device.error();
            // Left over from a run that was killed between attach and setup.
            *changed = *device == nullptr;
            return *device ? Result<>() : machine_.Attach(step.words[0], step.words[1], step.words[2]);
        }
        case Action::kSetup:
            return TakeSetup(step);
        case Action::kOperate:
            return machine_.Operate(step.name, step.words[0]);
        case Action::kSetConf:
            return machine_.SetConf(step.name, step.text);
        case Action::kCheckConf:
            *changed = false;
            return machine_.CheckConf(step.name, step.text);
        case Action::kMakeDirectory:
            *changed = false;
            return machine_.MakeDirectory(step.name);
        case Action::kMount:
            return machine_.Mount(step.words[0], step.name, step.words[1]);
        default:
            return {};
    }
}

Result<> Executor::TakeStop(const Step &step) {
    switch (step.action) {
        case Action::kUnloadModule:
            return machine_.ModuleLoaded(step.name) ? machine_.UnloadModule(step.name) : Result<>();
        case Action::kNetworkDown:
            return machine_.NetworkIsUp() ? machine_.NetworkDown() : Result<>();
        case Action::kCloseStorage:
            return machine_.CloseStorage(step.storage);
        case Action::kCleanup: {
            // A device that was never set up needs no cleanup.
            Result<const Device *> device = FindDevice(step.name);
            if (!device)
                return device.error();
            return *device && (*device)->status == "AT" ? Result<>() : machine_.Cleanup(step.name, step.flags);
        }
        case Action::kDetach:
            return machine_.Detach(step.name);
        case Action::kUnmount:
            return machine_.IsMounted(step.name) ? machine_.Unmount(step.name, step.flags != 0) : Result<>();
        default:
            return {};
    }
}

Result<> Executor::Take(const Step &step) {
    bool changed = false;

    Result<bool> applies = Applies(step);
    if (!applies)
        return applies.error();
    if (!*applies) {
        if (step.action == Action::kNetworkDown)
            print_(fmt::format("lconf: {} devices are still there, the network and the modules stay for them",
                               devices_->size()));
        return {};
    }
    Show(step);
    Result<> done = IsStop(step.action) ? TakeStop(step) : TakeStart(step, &changed);
    // Any step may change the table of devices.
    devices_.reset();
    if (done && changed) {
        taken_.push_back(step);
        changed_ = changed_ || (step.action != Action::kLoadModule && step.action != Action::kNetworkUp);
    }
    return done;
}

Result<> Executor::TakeSteps(const Block &block, StepIterator from, StepIterator to) {
    for (; from != to; ++from)
        if (Result<> taken = Take(*from); !taken)
            return taken.error().In(block.what);
    return {};
}

Result<> Executor::RunBlock(const Block &block) {
    Result<bool> done = IsDone(block);

    if (!done)
        return done.error();
    if (*done) {
        if (!block.helper)
            already_.push_back(block.what);
        return {};
    }
    return TakeSteps(block, block.steps.begin(), block.steps.end());
}

/// The setups themselves; the devices are there.
std::vector<Result<>> Executor::SetupAtOnce(const std::vector<Step> &steps) {
    std::vector<std::future<Result<>>> running;
    std::vector<Result<>> results;

    for (const Step &step : steps) {
        Show(step);
        running.push_back(std::async(std::launch::async, [this, name = step.name, arguments = SetupArguments(step)] {
            return machine_.Setup(name, arguments);
        }));
    }
    for (auto &setup : running)
        results.push_back(setup.get());
    devices_.reset();
    for (size_t i = 0; i < steps.size(); i++) {
        if (!results[i])
            continue;
        taken_.push_back(steps[i]);
        changed_ = true;
    }
    return results;
}

/// Like RunBlock() of one after the other, but for their devices, which are set up at the same time.
Result<> Executor::RunAtOnce(const std::vector<const Block *> &blocks) {
    std::vector<const Block *> todo;
    std::vector<Step> setups;
    Result<> first;

    for (const Block *block : blocks) {
        Result<bool> done = IsDone(*block);
        if (!done)
            return done.error();
        if (*done)
            already_.push_back(block->what);
        else
            todo.push_back(block);
    }
    for (const Block *block : todo) {
        if (Result<> taken = TakeSteps(*block, block->steps.begin(), SetupOf(*block)); !taken)
            return taken;
        setups.push_back(*SetupOf(*block));
    }
    std::vector<Result<>> results = SetupAtOnce(setups);
    for (size_t i = 0; i < todo.size(); i++) {
        Result<> done = results[i] ? results[i] : results[i].error().In(todo[i]->what);
        if (!first && !done)
            print_(done.error().Line("lconf"));
        else if (!done)
            first = done;
    }
    if (!first)
        return first;
    for (const Block *block : todo)
        if (Result<> taken = TakeSteps(*block, SetupOf(*block) + 1, block->steps.end()); !taken)
            return taken;
    return {};
}

/// Takes back what this run has done, newest first.  An error here only adds to what went wrong before.
void Executor::Unwind(bool force) {
    std::vector<Step> taken = std::move(taken_);

    taken_.clear();
    for (auto step = taken.rbegin(); step != taken.rend(); ++step) {
        std::optional<Step> inverse = Inverse(*step, force);
        if (!inverse)
            continue;
        if (Result<> done = Take(*inverse); !done)
            print_(done.error().Line("lconf: while taking back"));
    }
}

Result<> Executor::Finish(const Plan &plan) {
    if (plan.unwind) {
        Unwind(false);
        return {};
    }
    if (already_.empty())
        return {};
    std::string what = fmt::format("{}: already set up", Join(already_, ", "));
    if (!changed_ && !plan.cleanup)
        return Error{EALREADY, what, "nothing was changed"};
    print_("lconf: " + what);
    return {};
}

Result<> Executor::RunStart(const Plan &plan) {
    for (auto block = plan.blocks.begin(); block != plan.blocks.end();) {
        std::vector<const Block *> together;
        Result<> done;
        while (block != plan.blocks.end() && block->at_once)
            together.push_back(&*block++);
        if (!together.empty())
            done = RunAtOnce(together);
        else
            done = RunBlock(*block++);
        if (!done) {
            Unwind(true);
            return done;
        }
    }
    return {};
}

Result<> Executor::RunStop(const Plan &plan) {
    Result<> first;

    for (const Block &block : plan.blocks) {
        Result<> done = RunBlock(block);
        if (done)
            continue;
        if (first)
            first = done;
        else
            print_(done.error().Line("lconf"));
    }
    return first;
}

Result<> Executor::Run(const Plan &plan) {
    for (const Block &block : plan.checks)
        for (const Step &step : block.steps)
            if (Result<> done = Take(step); !done)
                return done.error().In(block.what);
    Result<> done = plan.cleanup ? RunStop(plan) : RunStart(plan);
    return done ? Finish(plan) : done;
}

}  // namespace sheen::lconf
