// SPDX-License-Identifier: GPL-2.0
#include "lib/decode/message.h"

#include <algorithm>
#include <array>
#include <vector>

#include <sys/stat.h>

#include <fmt/format.h>

#include "lib/decode/layout.h"
#include "lib/decode/record.h"
#include "lib/decode/wire.h"

namespace sheen::decode {

namespace {

constexpr uint32_t kBatchGetattr = 1;  // the only request that batches have

// Where the buffers of a message are. Never reaches outside of it.
struct Buffers {
    explicit Buffers(std::string_view message) {
        if (message.size() < sizeof(wire_msg))
            return;
        const uint64_t count = ReadNumber(message.substr(0, 4));
        if (!count || count > WIRE_MAX_BUFS || message.size() < sizeof(wire_msg) + 4 * count)
            return;
        size_t at = (sizeof(wire_msg) + 4 * count + 7) / 8 * 8;
        for (size_t i = 0; i < count; i++) {
            const uint64_t len = ReadNumber(message.substr(sizeof(wire_msg) + 4 * i, 4));
            if (at > message.size() || len > message.size() - at) {
                all.clear();
                return;
            }
            all.push_back(message.substr(at, len));
            at += (len + 7) / 8 * 8;
        }
        size = std::min(at, message.size());
    }
    std::string_view operator[](size_t i) const { return i < all.size() ? all[i] : std::string_view(); }

    std::vector<std::string_view> all;  // empty: this is no message
    size_t size = 0;                    // bytes of the message, padding included
};

uint64_t At(std::string_view bytes, size_t offset, size_t size) {
    return offset < bytes.size() ? ReadNumber(bytes.substr(offset, size)) : 0;
}

uint32_t BodyNumber(std::string_view body, size_t offset) {
    return static_cast<uint32_t>(At(body, offset, 4));
}

// ---- formats ----

const wire_format *ReintFormat(std::string_view rec) {
    switch (At(rec, 0, 4)) {
    case REINT_SETATTR:
        return &fmt_reint_setattr;
    case REINT_CREATE:
        return S_ISLNK(At(rec, offsetof(wire_rec_create, mode), 4)) ? &fmt_reint_symlink : &fmt_reint_create;
    case REINT_LINK:
        return &fmt_reint_link;
    case REINT_UNLINK:
        return &fmt_reint_unlink;
    case REINT_RENAME:
        return &fmt_reint_rename;
    case REINT_OPEN:
        return &fmt_reint_open;
    case REINT_SETXATTR:
        return &fmt_reint_setxattr;
    default:
        return &fmt_reint;
    }
}

const wire_format *EnqueueFormat(const Buffers &buffers) {
    const uint64_t intent = At(buffers[2], 0, 8);

    if (buffers[2].size() != sizeof(wire_intent))
        return &fmt_enqueue;
    if (intent & (IT_OPEN | IT_CREAT))
        return &fmt_intent_open;
    if (intent & (IT_GETATTR | IT_LOOKUP))
        return &fmt_intent_getattr;
    if (intent & IT_GETXATTR)
        return &fmt_intent_getxattr;
    if (intent & IT_LAYOUT)
        return &fmt_intent_layout;
    return &fmt_intent;
}

const wire_format *FormatOf(uint32_t opc) {
    static const struct {
        uint32_t opc;
        const wire_format *format;
    } formats[] = {
        {OP_OST_GETATTR, &fmt_ost_body}, {OP_OST_SETATTR, &fmt_ost_body}, {OP_OST_READ, &fmt_ost_read},
        {OP_OST_WRITE, &fmt_ost_write}, {OP_OST_CREATE, &fmt_ost_body}, {OP_OST_DESTROY, &fmt_ost_body},
        {OP_OST_GET_INFO, &fmt_get_info}, {OP_OST_CONNECT, &fmt_connect}, {OP_OST_DISCONNECT, &fmt_ping},
        {OP_OST_PUNCH, &fmt_ost_body}, {OP_OST_STATFS, &fmt_statfs}, {OP_OST_SYNC, &fmt_ost_body},
        {OP_OST_SET_INFO, &fmt_set_info}, {OP_OST_FALLOCATE, &fmt_ost_body}, {OP_OST_SEEK, &fmt_ost_body},
        {OP_MDS_GETATTR, &fmt_mds_getattr}, {OP_MDS_GETATTR_NAME, &fmt_mds_getattr_name}, {OP_MDS_CLOSE, &fmt_mds_close},
        {OP_MDS_READPAGE, &fmt_mds_readpage}, {OP_MDS_CONNECT, &fmt_connect}, {OP_MDS_DISCONNECT, &fmt_ping},
        {OP_MDS_GET_ROOT, &fmt_get_root}, {OP_MDS_STATFS, &fmt_statfs}, {OP_MDS_SYNC, &fmt_mds_sync},
        {OP_MDS_SET_INFO, &fmt_set_info}, {OP_MDS_GETXATTR, &fmt_mds_getxattr}, {OP_MDS_BATCH, &fmt_mds_batch},
        {OP_LDLM_CANCEL, &fmt_lock_cancel}, {OP_LDLM_BL_CALLBACK, &fmt_bl_callback}, {OP_LDLM_CP_CALLBACK, &fmt_cp_callback},
        {OP_LDLM_GL_CALLBACK, &fmt_gl_callback}, {OP_MGS_CONNECT, &fmt_connect}, {OP_MGS_DISCONNECT, &fmt_ping},
        {OP_MGS_CONFIG_READ, &fmt_mgs_config_read}, {OP_MGS_TARGET_REG, &fmt_mgs_target_reg}, {OP_OBD_PING, &fmt_ping}, {OP_LLOG_CREATE, &fmt_llog_create},
        {OP_LLOG_NEXT_BLOCK, &fmt_llog_next_block}, {OP_LLOG_READ_HEADER, &fmt_llog_read_header},
        {OP_SEQ_QUERY, &fmt_seq_query}, {OP_FLD_QUERY, &fmt_fld_query}, {OP_SHEEN_BATCH, &fmt_sheen_batch},
    };
    for (const auto &f : formats)
        if (f.opc == opc)
            return f.format;
    return nullptr;
}

const wire_format *RequestFormat(uint32_t opc, const Buffers &buffers) {
    if (opc == OP_MDS_REINT)
        return ReintFormat(buffers[1]);
    if (opc == OP_LDLM_ENQUEUE)
        return EnqueueFormat(buffers);
    if (opc == OP_OST_GET_INFO && buffers[1].starts_with(WIRE_KEY_FIEMAP))
        return &fmt_ost_fiemap;
    return FormatOf(opc);
}

// ---- buffers ----

Value Struct(const Layout &layout, std::string name, std::string_view bytes) {
    Value value = DecodeStruct(layout, std::move(name), &bytes);
    AddRest(&value, bytes);
    return value;
}

Value Array(const Layout &layout, std::string name, std::string_view bytes) {
    Value value = DecodeArray(layout, std::move(name), &bytes);
    AddRest(&value, bytes);
    return value;
}

Value DecodeRec(std::string name, std::string_view bytes) {
    switch (At(bytes, 0, 4)) {
    case REINT_CREATE:
    case REINT_OPEN:
        return Struct(kRecCreate, std::move(name), bytes);
    case REINT_SETATTR:
        return Struct(kRecSetattr, std::move(name), bytes);
    case REINT_LINK:
    case REINT_UNLINK:
    case REINT_RENAME:
        return Struct(kRecName, std::move(name), bytes);
    case REINT_SETXATTR:
        return Struct(kRecSetxattr, std::move(name), bytes);
    default:
        return Unknown(bytes);
    }
}

// Policies differ by the type of the lock.
const Layout &ByLockType(uint64_t type, const std::array<const Layout *, 4> &layouts) {
    switch (type) {
    case LDLM_EXTENT:
        return *layouts[1];
    case LDLM_IBITS:
        return *layouts[2];
    case LDLM_FLOCK:
        return *layouts[3];
    default:
        return *layouts[0];
    }
}

Value DecodeLockReq(std::string name, std::string_view bytes) {
    const uint64_t type = At(bytes, offsetof(wire_lock_req, desc), 4);
    Value value = DecodeStruct(ByLockType(type, {&kLockReqPlain, &kLockReqExtent, &kLockReqIbits, &kLockReqFlock}),
                               std::move(name), &bytes);
    value.Add(DecodeArray(kHandle, "handles", &bytes));
    AddRest(&value, bytes);
    return value;
}

Value DecodeLockRep(std::string name, std::string_view bytes) {
    const uint64_t type = At(bytes, offsetof(wire_lock_rep, desc), 4);
    return Struct(ByLockType(type, {&kLockRepPlain, &kLockRepExtent, &kLockRepIbits, &kLockRepFlock}), std::move(name), bytes);
}

Value DecodeConnect(std::string name, std::string_view bytes) {
    Value value = DecodeStruct(kConnect, std::move(name), &bytes);
    if (bytes.size() == sizeof(wire_vendor))
        value.Add(DecodeStruct(kVendor, "vendor", &bytes));
    AddRest(&value, bytes);
    return value;
}

// Stock nodes of other releases may have something else behind all that we know.
Value DecodeExtra(std::string name, std::string_view bytes) {
    const uint64_t groups = At(bytes, offsetof(wire_extra, nr_groups), 4);
    if (bytes.size() != sizeof(wire_extra) + 4 * groups)
        return Unknown(bytes);
    Value value = DecodeStruct(kExtra, std::move(name), &bytes);
    if (!bytes.empty())
        value.Add(DecodeNumbers("groups", bytes));
    return value;
}

Value DecodeParts(std::string name, std::string_view bytes, const wire_format *format, bool reply, uint32_t opc);

// Messages within a message, one after the other.
Value DecodeBatch(std::string name, std::string_view bytes, bool reply) {
    Value value = DecodeStruct(kBatch, std::move(name), &bytes), messages = List("messages");

    while (!bytes.empty()) {
        const Buffers inner(bytes);
        if (inner.all.empty())
            break;
        const uint64_t opc = At(bytes, offsetof(wire_msg, opc), 4);
        const wire_format *format = reply || opc == kBatchGetattr ? &fmt_batch_getattr : nullptr;
        messages.Add(DecodeParts(std::to_string(messages.members.size()), Take(&bytes, inner.size), format, reply, OP_MDS_BATCH));
    }
    value.Add(std::move(messages));
    AddRest(&value, bytes);
    return value;
}

// Messages of which each stands behind its length.
Value DecodeSubs(std::string name, std::string_view bytes, bool reply) {
    Value list = List(std::move(name));

    while (bytes.size() >= sizeof(wire_sub)) {
        const size_t size = At(bytes, offsetof(wire_sub, len), 4);
        Value sub = DecodeStruct(kSub, std::to_string(list.members.size()), &bytes);
        const std::string_view message = Take(&bytes, size);
        if (!message.empty()) {
            const Buffers inner(message);
            // Only locks are asked for like that, with or without an intent.
            const wire_format *format = inner.all.size() > 3 ? &fmt_intent_getattr : &fmt_enqueue;
            sub.Add(DecodeParts("message", message, format, reply, OP_LDLM_ENQUEUE));
            sub.Add(Padding(Take(&bytes, (8 - size % 8) % 8)));
        }
        list.Add(std::move(sub));
    }
    AddRest(&list, bytes);
    return list;
}

Value DecodeBatchHead(std::string name, std::string_view bytes) {
    Value value = DecodeStruct(kBatchHead, std::move(name), &bytes);
    if (!bytes.empty())
        value.Add(DecodeBatch("inline", bytes, false));
    return value;
}

Value DecodeEadata(std::string name, std::string_view bytes, uint32_t opc, const wire_format *format) {
    if (opc == OP_LLOG_NEXT_BLOCK)
        return DecodeRecords(std::move(name), bytes);
    if (format == &fmt_intent_getxattr)
        return DecodeStrings(std::move(name), bytes);
    return DecodeLayout(std::move(name), bytes);
}

Value DecodeFiemap(std::string name, std::string_view bytes) {
    Value value = DecodeStruct(kFiemap, std::move(name), &bytes);
    value.Add(DecodeArray(kFiemapExtent, "extents", &bytes));
    AddRest(&value, bytes);
    return value;
}

struct FixedField {
    wire_field field;
    const Layout *layout;
};

// Buffers that are one structure whatever the message.
const FixedField kFixedFields[] = {
    {WF_BODY, &kBody}, {WF_CONN_HANDLE, &kHandle}, {WF_MDT_BODY, &kMdtBody}, {WF_INTENT, &kIntent},
    {WF_LAYOUT_INTENT, &kLayoutIntent}, {WF_IOEPOCH, &kIoepoch}, {WF_STATFS, &kStatfs}, {WF_SEQ_RANGE, &kSeqRange},
    {WF_FLD_RANGE, &kSeqRange}, {WF_OBDO, &kObdo}, {WF_IOOBJ, &kIoobj}, {WF_LLOG_BODY, &kLlogBody}, {WF_LLOG_HDR, &kLlogHdr},
    {WF_CONFIG_BODY, &kConfigBody}, {WF_CONFIG_RES, &kConfigRes}, {WF_TARGET_INFO, &kTargetInfo},
};

Value DecodeBuffer(wire_field field, std::string_view bytes, bool reply, uint32_t opc, const wire_format *format) {
    const std::string name = wire_fields[field].name;

    for (const FixedField &fixed : kFixedFields)
        if (fixed.field == field)
            return Struct(*fixed.layout, name, bytes);
    if (format == &fmt_ost_fiemap && field == WF_KEY)
        return Struct(kFiemapKey, name, bytes);
    if (format == &fmt_ost_fiemap && field == WF_VALUE)
        return DecodeFiemap(name, bytes);
    switch (field) {
    case WF_TARGET_UUID:
    case WF_CLIENT_UUID:
    case WF_NAME:
    case WF_NAME2:
    case WF_SECCTX_NAME:
    case WF_KEY:
    case WF_SELINUX:
        return Text(name, bytes);
    case WF_EXTRA:
        return DecodeExtra(name, bytes);
    case WF_CONNECT:
        return DecodeConnect(name, bytes);
    case WF_REC:
        return DecodeRec(name, bytes);
    case WF_LOCK_REQ:
        return DecodeLockReq(name, bytes);
    case WF_LOCK_REP:
        return DecodeLockRep(name, bytes);
    case WF_LVB:
        return IsLayout(bytes) ? DecodeLayout(name, bytes) : Struct(kOstLvb, name, bytes);
    case WF_LAYOUT:
        // The target of a symbolic link, or room that nothing was put into.
        return IsLayout(bytes) || !bytes[0] ? DecodeLayout(name, bytes) : Text(name, bytes);
    case WF_DEFAULT_LMV:
        return DecodeLayout(name, bytes);
    case WF_ACL:
        return DecodeAcl(name, bytes);
    case WF_EADATA:
        return DecodeEadata(name, bytes, opc, format);
    case WF_NIOBUF:
    case WF_NIOBUF_INLINE:
        return Array(kNiobuf, name, bytes);
    case WF_SEQ_OPC:
    case WF_FLD_OPC:
    case WF_U32:
    case WF_RCS:
    case WF_EA_LENS:
        return DecodeNumbers(name, bytes);
    case WF_BATCH_HEAD:
        return DecodeBatchHead(name, bytes);
    case WF_BATCH_BUFS:
        return Array(kBatchBuf, name, bytes);
    case WF_BATCH_REPLY:
        return DecodeBatch(name, bytes, true);
    case WF_SUBS:
        return DecodeSubs(name, bytes, reply);
    case WF_SECCTX:
    case WF_ENCCTX:
    case WF_SHORT_IO:
    case WF_VALUE:
        return Bytes(name, bytes);
    default:
        // Never seen with anything in it.
        return Unknown(bytes);
    }
}

// Head and buffers of a message.
Value DecodeParts(std::string name, std::string_view bytes, const wire_format *format, bool reply, uint32_t opc) {
    const Buffers buffers(bytes);
    const size_t count = buffers.all.size();
    std::string_view rest = bytes;
    Value message = DecodeStruct(kMsgHead, std::move(name), &rest), parts = Group("buffers");

    message.Add(DecodeNumbers("buflens", Take(&rest, 4 * count)));
    message.Add(Padding(Take(&rest, 4 * (count % 2))));
    for (size_t i = 0; i < count; i++) {
        const std::string_view buffer = Take(&rest, buffers[i].size());
        const unsigned int known = !format ? 0 : reply ? format->nr_rep : format->nr_req;
        if (i < known && !buffer.empty() && reply && format->rep[i] == WF_EA_VALUES)
            parts.Add(DecodeByLengths(wire_fields[WF_EA_VALUES].name, buffer, buffers[i + 1]));
        else if (i < known && !buffer.empty())
            parts.Add(DecodeBuffer(static_cast<wire_field>((reply ? format->rep : format->req)[i]), buffer, reply, opc, format));
        else if (i == 0)
            parts.Add(DecodeBuffer(WF_BODY, buffer, reply, opc, format));
        else if (!buffer.empty())
            parts.Add(Unknown(buffer));
        parts.Add(Padding(Take(&rest, (8 - buffer.size() % 8) % 8)));
    }
    message.Add(std::move(parts));
    AddRest(&message, rest);
    return message;
}

}  // namespace

bool IsMessage(std::string_view bytes) {
    return At(bytes, offsetof(wire_msg, magic), 4) == WIRE_MSG_MAGIC && Buffers(bytes)[0].size() >= offsetof(wire_body, last_xid);
}

bool IsRequest(std::string_view bytes) {
    return BodyNumber(Buffers(bytes)[0], offsetof(wire_body, type)) == WIRE_MSG_REQUEST;
}

Request ReadRequest(std::string_view bytes) {
    const Buffers buffers(bytes);
    Request request;

    request.opc = BodyNumber(buffers[0], offsetof(wire_body, opc));
    request.mbits = At(buffers[0], offsetof(wire_body, mbits), 8);
    request.format = RequestFormat(request.opc, buffers);
    return request;
}

Value DecodeMessage(std::string_view bytes, const Request &request) {
    return DecodeParts("message", bytes, request.format, !IsRequest(bytes), request.opc);
}

std::string Summary(std::string_view bytes, const Request &request) {
    const std::string_view body = Buffers(bytes)[0];
    const auto status = static_cast<int32_t>(BodyNumber(body, offsetof(wire_body, status)));
    std::string name = kOpcodes.Of(request.opc);

    if (name.empty())
        name = fmt::format("operation {}", request.opc);
    if (request.format && name != request.format->name)
        name += fmt::format(" ({})", request.format->name);
    if (IsRequest(bytes))
        return "request " + name;
    if (status < 0)
        return fmt::format("reply to {}, error {}", name, -static_cast<int64_t>(status));
    return status ? fmt::format("reply to {}, result {}", name, status) : "reply to " + name;
}

}  // namespace sheen::decode
