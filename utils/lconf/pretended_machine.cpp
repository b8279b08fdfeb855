// SPDX-License-Identifier: GPL-2.0
#include "lconf/machine.h"

namespace sheen::lconf {

namespace {

class Pretended : public Machine {
public:
    explicit Pretended(bool stopping) : stopping_(stopping) {}

    bool ModuleLoaded(const std::string &) override { return stopping_; }
    Result<> LoadModule(const std::string &) override { return {}; }
    Result<> UnloadModule(const std::string &) override { return {}; }
    bool NetworkIsUp() override { return stopping_; }
    Result<> NetworkUp(const std::string &) override { return {}; }
    Result<> NetworkDown() override { return {}; }
    Result<> CheckStorage(const Storage &) override { return {}; }
    Result<std::string> OpenStorage(const Storage &storage, bool *made) override {
        *made = true;
        return storage.path;
    }
    Result<> CloseStorage(const Storage &) override { return {}; }
    Result<> Format(const Storage &, const std::string &) override { return {}; }
    Result<std::vector<Device>> Devices() override { return std::vector<Device>(); }
    Result<> Attach(const std::string &, const std::string &, const std::string &) override { return {}; }
    Result<> Setup(const std::string &, const std::vector<std::string> &) override { return {}; }
    Result<> Cleanup(const std::string &, uint32_t) override { return {}; }
    Result<> Detach(const std::string &) override { return {}; }
    Result<> Operate(const std::string &, const std::string &) override { return {}; }
    Result<> SetConf(const std::string &, const std::string &) override { return {}; }
    Result<> CheckConf(const std::string &, const std::string &) override { return {}; }
    bool IsMounted(const std::string &) override { return stopping_; }
    Result<> MakeDirectory(const std::string &) override { return {}; }
    Result<> Mount(const std::string &, const std::string &, const std::string &) override { return {}; }
    Result<> Unmount(const std::string &, bool) override { return {}; }

private:
    bool stopping_;
};

}  // namespace

std::unique_ptr<Machine> PretendedMachine(bool stopping) {
    return std::make_unique<Pretended>(stopping);
}

}  // namespace sheen::lconf
