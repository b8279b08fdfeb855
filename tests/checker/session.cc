// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/session.h"

#include "tests/checker/explain.h"

namespace checker {

namespace {

constexpr unsigned kAuditEvery = 50;  // rounds
constexpr size_t kDoubt = 6;          // states that are told apart by looking
constexpr size_t kRemembered = 200;    // operations in a report

}  // namespace

Session::Session(Driver *driver, const Options &options)
    : driver_(driver),
      options_(options),
      generator_(options.seed, options.config),
      states_{Model(options.config.actors, options.rules)} {}

bool Session::Run() {
    for (; options_.more(round_); round_++) {
        const bool at_once = generator_.Chance(options_.at_once_percent);
        const unsigned actor = generator_.Below(options_.config.actors);
        if (!(at_once ? Do(generator_.Many(states_, options_.at_once_most))
                      : Alone(actor, generator_.One(states_, actor))))
            return false;
        if ((states_.size() > kDoubt || round_ % kAuditEvery == kAuditEvery - 1) && !Audit())
            return false;
    }
    return Audit();
}

bool Session::Alone(unsigned actor, const Op &op) {
    Work work(options_.config.actors);

    work[actor].push_back(op);
    return Do(work);
}

bool Session::Audit() {
    const unsigned actor = generator_.Below(options_.config.actors);

    for (const Op &op : generator_.Audit(states_[0], actor)) {
        if (!Alone(actor, op))
            return false;
    }
    return true;
}

bool Session::Do(const Work &work) {
    const Results results = driver_->Run(work);
    std::string why;
    std::vector<Model> after = Explain(states_, work, results, &why);

    if (after.empty()) {
        Complain(work, results, why);
        return false;
    }
    states_ = std::move(after);
    for (size_t actor = 0; actor < work.size(); actor++) {
        for (size_t i = 0; i < work[actor].size(); i++) {
            operations_++;
            history_.push_back(std::to_string(round_) + "." + std::to_string(actor) + " " +
                               Text(work[actor][i], results[actor][i]));
        }
    }
    while (history_.size() > kRemembered)
        history_.pop_front();
    return true;
}

void Session::Complain(const Work &work, const Results &results, const std::string &why) {
    report_ = "seed " + std::to_string(options_.seed) + ", round " + std::to_string(round_) +
              ": no order of these gives " + "these results\n";
    for (size_t actor = 0; actor < work.size(); actor++) {
        for (size_t i = 0; i < work[actor].size(); i++)
            report_ += "  actor " + std::to_string(actor) + ": " + Text(work[actor][i], results[actor][i]) + "\n";
    }
    report_ += "The farthest ended with (" + std::to_string(states_.size()) + " states before)\n" + why +
               "\nBefore, as round.actor:\n";
    for (const std::string &line : history_)
        report_ += "  " + line + "\n";
}

}  // namespace checker
