// SPDX-License-Identifier: GPL-2.0
// Which bytes of a structure are which field.
#ifndef SHEEN_UTILS_DECODE_LAYOUT_H
#define SHEEN_UTILS_DECODE_LAYOUT_H

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/decode/names.h"
#include "lib/decode/value.h"

namespace sheen::decode {

struct Layout;

/// Bytes of a structure: an array of @size / @unit things. Things are structures if there is a @layout.
struct Field {
    const char *name;
    size_t offset;  // bytes
    size_t size;
    size_t unit;
    Kind kind;
    const Names *names = nullptr;  // of numbers; may be null
    const Layout *layout = nullptr;
};

/// A structure: fields in order, without gaps.
struct Layout {
    const char *name;
    size_t size;
    std::vector<Field> fields;
};

/// Decodes as much of a structure as there is, which is taken off the front of @bytes.
Value DecodeStruct(const Layout &layout, std::string name, std::string_view *bytes);

/// As many whole structures as there are, one after the other.
Value DecodeArray(const Layout &layout, std::string name, std::string_view *bytes, size_t most = SIZE_MAX);

// obd/wire/structs.h
extern const Layout kMsgHead, kBody, kConnect, kVendor, kExtra, kHandle, kFid, kObject, kLlogBody, kLlogRec, kLlogTail, kLlogHdr, kCfg,
    kCfgMarker, kConfigBody, kConfigRes, kTargetInfo, kNidtbl, kNid, kLovDesc, kLmvDesc, kLockReqPlain, kLockReqExtent, kLockReqIbits,
    kLockReqFlock, kLockRepPlain, kLockRepExtent, kLockRepIbits, kLockRepFlock, kIntent, kOstLvb, kLayoutIntent, kMdtBody,
    kRecCreate, kRecSetattr, kRecName, kRecSetxattr, kIoepoch, kDirpage, kDirent, kSeqRange, kBatchHead, kBatchBuf, kBatch, kSub,
    kStatfs, kLovV1, kLovV3, kLovComp, kLovCompEntry, kLmv, kLmvUser, kObdo, kIoobj, kNiobuf, kFiemap,
    kFiemapExtent, kFiemapKey, kAclHead, kAclEntry;
// lnet/wire.h
extern const Layout kAccept, kHello, kSock, kLnetAck, kLnetPut, kLnetGet, kLnetReply, kPing, kNiStatus;

/// All of them, for tests.
std::span<const Layout *const> AllLayouts();

}  // namespace sheen::decode

#endif
