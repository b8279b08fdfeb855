// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/explain.h"

#include <algorithm>
#include <map>
#include <set>

namespace checker {

namespace {

// How many phases of each actor's operations are through.
using Position = std::vector<unsigned>;

struct Phase {
    const Op *op;
    const Result *result;
    unsigned phase;
};

// All orders that the actors' own orders allow, a phase at a time; what leads to the same state is followed once.
class Search {
public:
    Search(const Work &work, const Results &results) : phases_(work.size()) {
        for (size_t actor = 0; actor < work.size(); actor++) {
            for (size_t i = 0; i < work[actor].size(); i++) {
                for (unsigned phase = 0; phase < Model::Phases(work[actor][i]); phase++)
                    phases_[actor].push_back({&work[actor][i], &results[actor][i], phase});
            }
        }
    }

    std::vector<Model> Run(const std::vector<Model> &before, std::string *why) {
        std::map<Position, std::vector<Model>> layer = {{Position(phases_.size(), 0), before}};
        size_t left = 0;

        for (const auto &phases : phases_)
            left += phases.size();
        for (; left && !layer.empty(); left--) {
            std::map<Position, std::vector<Model>> next;
            reasons_.clear();
            for (const auto &[position, models] : layer)
                Expand(position, models, &next);
            layer = std::move(next);
        }
        for (const std::string &reason : reasons_)
            *why += (why->empty() ? "" : "\n") + reason;
        return layer.empty() ? std::vector<Model>() : layer.begin()->second;
    }

private:
    void Expand(const Position &position, const std::vector<Model> &models,
                std::map<Position, std::vector<Model>> *next) {
        for (unsigned actor = 0; actor < phases_.size(); actor++) {
            if (position[actor] == phases_[actor].size())
                continue;
            const Phase &phase = phases_[actor][position[actor]];
            const std::vector<Peer> peers = Peers(position, actor);
            Position then = position;
            then[actor]++;
            for (const Model &model : models) {
                Model copy = model;
                std::string why;
                if (copy.Step(actor, phase.phase, *phase.op, *phase.result, peers, &why))
                    Keep(std::move(copy), &(*next)[then]);
                else
                    reasons_.insert("actor " + std::to_string(actor) + ", " + Text(*phase.op) + ": " + why);
            }
        }
    }

    std::vector<Peer> Peers(const Position &position, unsigned actor) const {
        std::vector<Peer> peers;

        for (unsigned other = 0; other < phases_.size(); other++) {
            if (other != actor && position[other] < phases_[other].size())
                peers.push_back({other, phases_[other][position[other]].op});
        }
        return peers;
    }

    static void Keep(Model model, std::vector<Model> *models) {
        if (std::find(models->begin(), models->end(), model) == models->end())
            models->push_back(std::move(model));
    }

    std::vector<std::vector<Phase>> phases_;
    std::set<std::string> reasons_;  // of the layer that was looked at last
};

}  // namespace

std::vector<Model> Explain(const std::vector<Model> &before, const Work &work, const Results &results,
                           std::string *why) {
    return Search(work, results).Run(before, why);
}

}  // namespace checker
