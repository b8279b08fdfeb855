// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/remote.h"

#include <cstdlib>
#include <stdexcept>

#include "tests/checker/posix_actor.h"

namespace checker {

Connection::~Connection() {
    fclose(in_);
    fclose(out_);
}

bool Connection::Line(std::string *line) {
    char *text = nullptr;
    size_t room = 0;
    const ssize_t length = getline(&text, &room, in_);

    line->assign(text ? text : "", length > 0 ? length : 0);
    free(text);
    if (!line->empty() && line->back() == '\n')
        line->pop_back();
    return length > 0;
}

bool Connection::Bytes(uint64_t length, std::string *data) {
    data->resize(length);
    return fread(data->data(), 1, length, in_) == length;
}

void Connection::Put(const std::string &data) {
    fwrite(data.data(), 1, data.size(), out_);
}

bool Connection::Send() {
    return !fflush(out_);
}

// One who asks sends a number and as many operations, and is sent as many results.
bool ServeActor(Connection *asker, const std::string &folder) {
    PosixActor actor(folder);
    std::string line;

    while (asker->Line(&line)) {
        std::vector<Op> ops(std::strtoul(line.c_str(), nullptr, 10));
        for (Op &op : ops) {
            if (!asker->Line(&line) || !Decode(line, &op))
                return false;
        }
        for (const Op &op : ops) {
            const Result result = actor.Do(op);
            asker->Put(Encode(result) + "\n" + result.data);
        }
        if (!asker->Send())
            return false;
    }
    return true;
}

Results RemoteDriver::Run(const Work &work) {
    Results results(work.size());

    for (size_t i = 0; i < work.size(); i++) {
        std::string text = std::to_string(work[i].size()) + "\n";
        for (const Op &op : work[i])
            text += Encode(op) + "\n";
        if (!work[i].empty())
            actors_[i]->Put(text);
    }
    for (size_t i = 0; i < work.size(); i++)
        actors_[i]->Send();
    for (size_t i = 0; i < work.size(); i++) {
        for (size_t n = 0; n < work[i].size(); n++)
            results[i].push_back(Receive(i, work[i][n]));
    }
    return results;
}

Result RemoteDriver::Receive(size_t actor, const Op &op) {
    std::string line;
    uint64_t length;
    Result result;

    if (!actors_[actor]->Line(&line) || !Decode(line, &result, &length) || !actors_[actor]->Bytes(length, &result.data))
        throw std::runtime_error("actor " + std::to_string(actor) + " has gone at: " + Text(op));
    return result;
}

}  // namespace checker
