// SPDX-License-Identifier: GPL-2.0
#include "lib/decode/names.h"

#include <fmt/format.h>

#include "lib/decode/wire.h"

namespace sheen::decode {

// The names are those of obd/wire/ids.h and lnet/wire.h, without what they have in common.
#define NAME(prefix, name) {prefix##name, #name}

const Names kOpcodes = {false, {
    NAME(OP_, OST_GETATTR), NAME(OP_, OST_SETATTR), NAME(OP_, OST_READ), NAME(OP_, OST_WRITE), NAME(OP_, OST_CREATE),
    NAME(OP_, OST_DESTROY), NAME(OP_, OST_GET_INFO), NAME(OP_, OST_CONNECT), NAME(OP_, OST_DISCONNECT), NAME(OP_, OST_PUNCH),
    NAME(OP_, OST_STATFS), NAME(OP_, OST_SYNC), NAME(OP_, OST_SET_INFO), NAME(OP_, OST_QUOTACTL), NAME(OP_, OST_LADVISE),
    NAME(OP_, OST_FALLOCATE), NAME(OP_, OST_SEEK), NAME(OP_, MDS_GETATTR), NAME(OP_, MDS_GETATTR_NAME), NAME(OP_, MDS_CLOSE),
    NAME(OP_, MDS_REINT), NAME(OP_, MDS_READPAGE), NAME(OP_, MDS_CONNECT), NAME(OP_, MDS_DISCONNECT), NAME(OP_, MDS_GET_ROOT),
    NAME(OP_, MDS_STATFS), NAME(OP_, MDS_SYNC), NAME(OP_, MDS_SET_INFO), NAME(OP_, MDS_QUOTACTL), NAME(OP_, MDS_GETXATTR),
    NAME(OP_, MDS_GET_INFO), NAME(OP_, MDS_BATCH), NAME(OP_, LDLM_ENQUEUE), NAME(OP_, LDLM_CONVERT), NAME(OP_, LDLM_CANCEL),
    NAME(OP_, LDLM_BL_CALLBACK), NAME(OP_, LDLM_CP_CALLBACK), NAME(OP_, LDLM_GL_CALLBACK), NAME(OP_, MGS_CONNECT),
    NAME(OP_, MGS_DISCONNECT), NAME(OP_, MGS_CONFIG_READ), NAME(OP_, MGS_TARGET_REG), NAME(OP_, OBD_PING), NAME(OP_, LLOG_CREATE),
    NAME(OP_, LLOG_NEXT_BLOCK), NAME(OP_, LLOG_READ_HEADER), NAME(OP_, SEQ_QUERY), NAME(OP_, FLD_QUERY), NAME(OP_, SHEEN_BATCH),
}};

const Names kPortals = {false, {
    {LNET_WIRE_PORTAL_PING, "PING"}, NAME(PORTAL_, OSC_REPLY), NAME(PORTAL_, OST_IO), NAME(PORTAL_, OST_CREATE),
    NAME(PORTAL_, OST_BULK), NAME(PORTAL_, MDC_REPLY), NAME(PORTAL_, MDS_REQUEST), NAME(PORTAL_, MDS_IO),
    NAME(PORTAL_, MDS_BULK), NAME(PORTAL_, LDLM_CB_REQUEST), NAME(PORTAL_, LDLM_CB_REPLY),
    NAME(PORTAL_, LDLM_CANCEL_REQUEST), NAME(PORTAL_, LDLM_CANCEL_REPLY), NAME(PORTAL_, MDS_READPAGE), NAME(PORTAL_, BATCH),
    NAME(PORTAL_, MGC_REPLY), NAME(PORTAL_, MGS_REQUEST), NAME(PORTAL_, OST_REQUEST), NAME(PORTAL_, FLD_REQUEST),
    NAME(PORTAL_, SEQ_METADATA), NAME(PORTAL_, MGS_BULK),
}};

const Names kMessageTypes = {false, {NAME(WIRE_MSG_, REQUEST), NAME(WIRE_MSG_, ERROR), NAME(WIRE_MSG_, REPLY)}};

const Names kBodyFlags = {true, {NAME(MSG_, RESENT), NAME(MSG_, REPLAY), NAME(MSG_, REQ_REPLAY_DONE),
                                 NAME(MSG_, LOCK_REPLAY_DONE)}};

const Names kConnectOps = {true, {NAME(MSG_CONNECT_, RECOVERING), NAME(MSG_CONNECT_, RECONNECT), NAME(MSG_CONNECT_, REPLAYABLE),
                                  NAME(MSG_CONNECT_, INITIAL), NAME(MSG_CONNECT_, NEXT_VER)}};

const Names kLockTypes = {false, {NAME(LDLM_, PLAIN), NAME(LDLM_, EXTENT), NAME(LDLM_, FLOCK), NAME(LDLM_, IBITS)}};

const Names kLockModes = {true, {NAME(LCK_, EX), NAME(LCK_, PW), NAME(LCK_, PR), NAME(LCK_, CW), NAME(LCK_, CR), NAME(LCK_, NL),
                                 NAME(LCK_, GROUP)}};

const Names kLockFlags = {true, {
    NAME(LDLM_FL_, LOCK_CHANGED), NAME(LDLM_FL_, BLOCK_GRANTED), NAME(LDLM_FL_, BLOCK_CONV), NAME(LDLM_FL_, BLOCK_WAIT),
    NAME(LDLM_FL_, AST_SENT), NAME(LDLM_FL_, REPLAY), NAME(LDLM_FL_, INTENT_ONLY), NAME(LDLM_FL_, HAS_INTENT),
    NAME(LDLM_FL_, FLOCK_DEADLOCK), NAME(LDLM_FL_, DISCARD_DATA), NAME(LDLM_FL_, NO_TIMEOUT), NAME(LDLM_FL_, BLOCK_NOWAIT),
    NAME(LDLM_FL_, TEST_LOCK), NAME(LDLM_FL_, CANCEL_ON_BLOCK),
}};

const Names kInodeBits = {true, {NAME(IBIT_, LOOKUP), NAME(IBIT_, UPDATE), NAME(IBIT_, OPEN), NAME(IBIT_, LAYOUT),
                                 NAME(IBIT_, PERM), NAME(IBIT_, XATTR), NAME(IBIT_, DOM)}};

const Names kIntents = {true, {NAME(IT_, OPEN), NAME(IT_, CREAT), NAME(IT_, READDIR), NAME(IT_, GETATTR), NAME(IT_, LOOKUP),
                               NAME(IT_, GETXATTR), NAME(IT_, LAYOUT), NAME(IT_, GLIMPSE), NAME(IT_, BRW)}};

const Names kDispositions = {true, {
    NAME(DISP_, IT_EXECD), NAME(DISP_, LOOKUP_EXECD), NAME(DISP_, LOOKUP_NEG), NAME(DISP_, LOOKUP_POS), NAME(DISP_, OPEN_CREATE),
    NAME(DISP_, OPEN_OPEN), NAME(DISP_, OPEN_LOCK), NAME(DISP_, OPEN_STRIPE),
}};

const Names kReints = {false, {NAME(REINT_, SETATTR), NAME(REINT_, CREATE), NAME(REINT_, LINK), NAME(REINT_, UNLINK),
                               NAME(REINT_, RENAME), NAME(REINT_, OPEN), NAME(REINT_, SETXATTR)}};

const Names kSockTypes = {false, {NAME(LNET_WIRE_SOCK_, NOOP), NAME(LNET_WIRE_SOCK_, LNET)}};
const Names kLnetTypes = {false, {NAME(LNET_WIRE_, ACK), NAME(LNET_WIRE_, PUT), NAME(LNET_WIRE_, GET), NAME(LNET_WIRE_, REPLY)}};
const Names kConnTypes = {false, {NAME(LNET_WIRE_CONN_, ANY), NAME(LNET_WIRE_CONN_, CONTROL), NAME(LNET_WIRE_CONN_, BULK_IN),
                                  NAME(LNET_WIRE_CONN_, BULK_OUT), NAME(LNET_WIRE_CONN_, NONE)}};

const Names kCfgCommands = {false, {
    NAME(LCFG_, ATTACH), NAME(LCFG_, DETACH), NAME(LCFG_, SETUP), NAME(LCFG_, CLEANUP), NAME(LCFG_, ADD_UUID),
    NAME(LCFG_, DEL_UUID), NAME(LCFG_, MOUNTOPT), NAME(LCFG_, SET_TIMEOUT), NAME(LCFG_, ADD_CONN), NAME(LCFG_, LOV_ADD_OBD),
    NAME(LCFG_, PARAM), NAME(LCFG_, MARKER), NAME(LCFG_, ADD_MDC),
}};

const Names kRecordTypes = {false, {NAME(LLOG_REC_, HDR), NAME(LLOG_REC_, CFG), NAME(LLOG_REC_, PAD)}};

#undef NAME

namespace {

std::string NidText(uint64_t nid) {
    const auto net = static_cast<uint32_t>(nid >> 32), address = static_cast<uint32_t>(nid);
    const uint32_t type = net >> 16, number = net & 0xffff;
    constexpr uint32_t kLoopback = 9, kTcp = 2;

    if (type == kLoopback)
        return "0@lo";
    return fmt::format("{}.{}.{}.{}@{}{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255,
                       type == kTcp ? "tcp" : fmt::format("net{}-", type), number ? std::to_string(number) : "");
}

}  // namespace

const Names kNids = {false, {}, NidText};

std::string Names::Of(uint64_t number) const {
    std::string result;

    if (text)
        return text(number);
    for (const Name &n : names) {
        if (bits ? !(number & n.number) : number != n.number)
            continue;
        if (!result.empty())
            result += "|";
        result += n.name;
    }
    return result;
}

}  // namespace sheen::decode
