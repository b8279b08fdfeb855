// SPDX-License-Identifier: GPL-2.0
// Random work of a client on its own names, compared with a model all the time.
#ifndef SHEEN_TESTS_SIM_CLUSTER_WORKER_H
#define SHEEN_TESTS_SIM_CLUSTER_WORKER_H

#include "tests/sim/cluster/cluster.h"

#include <map>
#include <random>
#include <set>

// What a directory has to hold; with a prefix, of names that begin with it.
struct Model {
    std::string path;
    std::string prefix = {};
    std::map<std::string, std::string> files = {};
    std::set<std::string> dirs = {};
};

class Worker {
public:
    Worker(SimClient *client, Model *model, uint64_t seed) : client_(*client), model_(*model), random_(seed) {}

    // Up to the first fatal failure.
    void Run(int steps);

private:
    uint64_t Below(uint64_t n) { return random_() % n; }
    std::string Path(const std::string &name) const { return model_.path + "/" + name; }
    std::string NewName() { return model_.prefix + "n" + std::to_string(Below(40)); }
    std::string AnyFile() { return std::next(model_.files.begin(), Below(model_.files.size()))->first; }

    void Step();
    void Create();
    void Write();
    void Read();
    void Truncate();
    void Unlink();
    void Rename();
    void Directory();
    void List();

    SimClient &client_;
    Model &model_;
    std::mt19937_64 random_;
};

// A client sees what the model has, names, sizes and contents.
void Check(SimClient &client, const Model &model);

// A directory of its own for each client.
void Prepare(SimCluster *c, std::vector<Model> *models);
// Each looks at what another one has made.
void CheckAll(SimCluster *c, const std::vector<Model> &models);

// OSTs, clients, interruptions and delays by a seed.
SimOptions OptionsOf(uint64_t seed);

#endif
