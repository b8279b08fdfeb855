// SPDX-License-Identifier: GPL-2.0
// Actors that live in other processes, perhaps on other machines.
#ifndef SHEEN_TESTS_CHECKER_REMOTE_H
#define SHEEN_TESTS_CHECKER_REMOTE_H

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tests/checker/session.h"

namespace checker {

class Connection {
public:
    // Takes the socket over.
    explicit Connection(int fd) : in_(fdopen(fd, "r")), out_(fdopen(dup(fd), "w")) {}
    ~Connection();
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    // False at the end.
    bool Line(std::string *line);
    bool Bytes(uint64_t length, std::string *data);
    void Put(const std::string &data);
    bool Send();

private:
    FILE *const in_, *const out_;
};

// Is the actor at this end of a connection, in a folder, until the other end closes. False: it said nonsense.
bool ServeActor(Connection *asker, const std::string &folder);

class RemoteDriver : public Driver {
public:
    void Add(int fd) { actors_.push_back(std::make_unique<Connection>(fd)); }
    size_t actors() const { return actors_.size(); }
    Results Run(const Work &work) override;

private:
    Result Receive(size_t actor, const Op &op);

    std::vector<std::unique_ptr<Connection>> actors_;
};

}  // namespace checker

#endif
