// SPDX-License-Identifier: GPL-2.0
// One request and its answer over generic netlink.
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#include "lib/control.h"

namespace sheen {

namespace {

constexpr size_t kMessageOverhead = 4096;   // headers and alignment, generously
constexpr size_t kReceiveBuffer = 1 << 17;  // a message has 64 KiB at most, since attributes have
constexpr int kSocketBuffer = 1 << 20;
constexpr int kDumpTries = 10;

struct FreeMessage {
    void operator()(nl_msg *message) const { nlmsg_free(message); }
};
struct FreeCallbacks {
    void operator()(nl_cb *callbacks) const { nl_cb_put(callbacks); }
};

/// What the callbacks of one call fill in.
struct Answer {
    std::vector<Record> records;
    std::string message;  // extended acknowledgement
    int error = 0;        // errno
    bool done = false;
    bool interrupted = false;
};

/// Takes the administrator's message out of the attributes behind an error.
void ReadExtendedAck(const nlmsghdr *header, const nlmsgerr *error, Answer *answer) {
    size_t offset = NLMSG_LENGTH(sizeof(*error));

    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    if (!(header->nlmsg_flags & NLM_F_CAPPED))
        offset += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
    if (offset >= header->nlmsg_len)
        return;
    auto *first = reinterpret_cast<const nlattr *>(reinterpret_cast<const char *>(header) + offset);
    const nlattr *text = nla_find(first, static_cast<int>(header->nlmsg_len - offset), NLMSGERR_ATTR_MSG);
    if (text) {
        auto *data = static_cast<const char *>(nla_data(text));
        answer->message.assign(data, strnlen(data, static_cast<size_t>(nla_len(text))));
    }
}

int OnError(sockaddr_nl *, nlmsgerr *error, void *data) {
    auto *answer = static_cast<Answer *>(data);
    auto *header = reinterpret_cast<nlmsghdr *>(reinterpret_cast<char *>(error) - NLMSG_HDRLEN);

    answer->error = -error->error;
    answer->done = true;
    ReadExtendedAck(header, error, answer);
    return NL_STOP;
}

int OnAck(nl_msg *, void *data) {
    static_cast<Answer *>(data)->done = true;
    return NL_STOP;
}

/// End of a dump; its payload is the result.
int OnFinish(nl_msg *message, void *data) {
    auto *answer = static_cast<Answer *>(data);
    const nlmsghdr *header = nlmsg_hdr(message);
    int result = 0;

    if (nlmsg_datalen(header) >= static_cast<int>(sizeof(result)))
        memcpy(&result, nlmsg_data(header), sizeof(result));
    if (result < 0)
        answer->error = -result;
    if (header->nlmsg_flags & NLM_F_DUMP_INTR)
        answer->interrupted = true;
    answer->done = true;
    return NL_STOP;
}

int OnValid(nl_msg *message, void *data) {
    auto *answer = static_cast<Answer *>(data);
    nlmsghdr *header = nlmsg_hdr(message);
    Record record;
    int left;

    if (!genlmsg_valid_hdr(header, 0)) {
        answer->error = EPROTO;
        answer->done = true;
        return NL_STOP;
    }
    auto *generic = static_cast<genlmsghdr *>(nlmsg_data(header));
    nlattr *attribute = genlmsg_attrdata(generic, 0);
    for (left = genlmsg_attrlen(generic, 0); nla_ok(attribute, left); attribute = nla_next(attribute, &left))
        record.Add(nla_type(attribute), std::string(static_cast<const char *>(nla_data(attribute)),
                                                    static_cast<size_t>(nla_len(attribute))));
    answer->records.push_back(std::move(record));
    return NL_OK;
}

}  // namespace

std::string Record::Text(int attribute) const {
    for (const auto &[number, bytes] : attributes_)
        if (number == attribute)
            return bytes.substr(0, bytes.find('\0'));
    return "";
}

uint64_t Record::Number(int attribute) const {
    for (const auto &[number, bytes] : attributes_) {
        if (number != attribute)
            continue;
        uint32_t word = 0;
        uint64_t value = 0;
        if (bytes.size() == sizeof(word)) {
            memcpy(&word, bytes.data(), sizeof(word));
            return word;
        }
        if (bytes.size() == sizeof(value))
            memcpy(&value, bytes.data(), sizeof(value));
        return value;
    }
    return 0;
}

Channel::Request &Channel::Request::Text(int attribute, std::string value) {
    value.push_back('\0');
    attributes_.emplace_back(attribute, std::move(value));
    return *this;
}

Channel::Request &Channel::Request::Number(int attribute, uint32_t value) {
    attributes_.emplace_back(attribute, std::string(reinterpret_cast<const char *>(&value), sizeof(value)));
    return *this;
}

void Channel::Close::operator()(nl_sock *socket) const {
    nl_socket_free(socket);
}

Result<Channel> Channel::Open(const char *family, int version, const char *module) {
    Channel channel;
    int on = 1;

    channel.socket_.reset(nl_socket_alloc());
    if (!channel.socket_)
        return SystemError(ENOMEM, "control channel");
    nl_sock *socket = channel.socket_.get();
    if (int error = genl_connect(socket); error < 0)
        return Error{EIO, fmt::format("control channel: {}", nl_geterror(error)), ""};
    nl_socket_set_buffer_size(socket, kSocketBuffer, kSocketBuffer);
    nl_socket_set_msg_buf_size(socket, kReceiveBuffer);
    // Old kernels know neither of the two; then messages are less helpful and that is all.
    setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
    setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
    channel.version_ = version;
    channel.family_ = genl_ctrl_resolve(socket, family);
    if (channel.family_ < 0)
        return Error{ENODEV, fmt::format("module {} is not loaded", module), fmt::format("modprobe {}", module)};
    return channel;
}

Result<std::vector<Record>> Channel::Call(int command, const Request &request, bool dump) {
    for (int tries = 0;; tries++) {
        bool interrupted = false;
        Result<std::vector<Record>> records = CallOnce(command, request, dump, &interrupted);
        // The list changed under the dump: what came may lack entries, so ask again.
        if (!interrupted || tries == kDumpTries)
            return records;
    }
}

Result<std::vector<Record>> Channel::CallOnce(int command, const Request &request, bool dump, bool *interrupted) {
    size_t size = kMessageOverhead;
    Answer answer;

    for (const auto &[number, bytes] : request.attributes_)
        size += bytes.size() + 2 * NLA_HDRLEN;
    std::unique_ptr<nl_msg, FreeMessage> message(nlmsg_alloc_size(size));
    std::unique_ptr<nl_cb, FreeCallbacks> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (!message || !callbacks ||
        !genlmsg_put(message.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, dump ? NLM_F_DUMP : 0,
                     static_cast<uint8_t>(command), static_cast<uint8_t>(version_)))
        return SystemError(ENOMEM, "control channel");
    for (const auto &[number, bytes] : request.attributes_)
        if (bytes.size() > UINT16_MAX - NLA_HDRLEN ||
            nla_put(message.get(), number, static_cast<int>(bytes.size()), bytes.data()) < 0)
            return SystemError(EMSGSIZE, "control channel");
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, OnError, &answer);
    nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, OnAck, &answer);
    nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, OnFinish, &answer);
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, OnValid, &answer);
    if (int sent = nl_send_auto(socket_.get(), message.get()); sent < 0)
        return Error{EIO, fmt::format("control channel: {}", nl_geterror(sent)), ""};
    while (!answer.done) {
        int got = nl_recvmsgs(socket_.get(), callbacks.get());
        if (got == -NLE_DUMP_INTR)
            answer.interrupted = true;
        else if (got < 0 && !answer.done)
            return Error{EIO, fmt::format("control channel: {}", nl_geterror(got)), ""};
    }
    *interrupted = answer.interrupted;
    if (answer.error) {
        const char *text = strerror(answer.error);
        return Error{answer.error, answer.message.empty() ? text : fmt::format("{} ({})", answer.message, text), ""};
    }
    return std::move(answer.records);
}

}  // namespace sheen
