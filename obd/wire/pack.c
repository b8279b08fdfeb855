// SPDX-License-Identifier: GPL-2.0
/* Heads and buffers of messages: laying out, checking, finding. */
#include <linux/export.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/wire/wire.h"

/* A body may lack its job id; a connection to such a peer is none the worse. */
#define WIRE_BODY_MIN	152u

static u32 head_size(unsigned int nr)
{
	return round_up((u32)sizeof(struct wire_msg) + nr * (u32)sizeof(__le32), 8);
}

u32 wire_msg_size(unsigned int nr, const u32 *lens)
{
	u64 size = head_size(nr);
	unsigned int i;

	for (i = 0; i < nr; i++)
		size += round_up((u64)lens[i], 8);
	return size > U32_MAX ? 0 : (u32)size;
}
EXPORT_SYMBOL_GPL(wire_msg_size);

void wire_msg_init(struct wire_msg *msg, unsigned int nr, const u32 *lens)
{
	unsigned int i;

	memset(msg, 0, wire_msg_size(nr, lens));
	msg->bufcount = cpu_to_le32(nr);
	msg->magic = cpu_to_le32(WIRE_MSG_MAGIC);
	for (i = 0; i < nr; i++)
		msg->buflens[i] = cpu_to_le32(lens[i]);
}
EXPORT_SYMBOL_GPL(wire_msg_init);

int wire_msg_check(const struct wire_msg *msg, u32 len)
{
	u64 size;
	u32 nr, i;

	if (len < head_size(1))
		return -EPROTO;
	if (le32_to_cpu(msg->magic) == WIRE_MSG_MAGIC_SWABBED)
		return -EAFNOSUPPORT;
	nr = le32_to_cpu(msg->bufcount);
	if (le32_to_cpu(msg->magic) != WIRE_MSG_MAGIC || !nr || nr > WIRE_MAX_BUFS ||
	    len < head_size(nr))
		return -EPROTO;
	size = head_size(nr);
	for (i = 0; i < nr; i++)
		size += round_up((u64)le32_to_cpu(msg->buflens[i]), 8);
	/* The last buffer may come without its padding. */
	if (size > round_up((u64)len, 8) || size > INT_MAX)
		return -EPROTO;
	if (size - round_up((u64)le32_to_cpu(msg->buflens[nr - 1]), 8) +
	    le32_to_cpu(msg->buflens[nr - 1]) > len)
		return -EPROTO;
	if (le32_to_cpu(msg->buflens[0]) < WIRE_BODY_MIN)
		return -EPROTO;
	return (int)size;
}
EXPORT_SYMBOL_GPL(wire_msg_check);

u32 wire_msg_buflen(const struct wire_msg *msg, unsigned int idx)
{
	if (idx >= le32_to_cpu(msg->bufcount))
		return 0;
	return le32_to_cpu(msg->buflens[idx]);
}
EXPORT_SYMBOL_GPL(wire_msg_buflen);

static u32 buf_offset(const struct wire_msg *msg, unsigned int idx)
{
	u32 off = head_size(le32_to_cpu(msg->bufcount));
	unsigned int i;

	for (i = 0; i < idx; i++)
		off += round_up(le32_to_cpu(msg->buflens[i]), 8);
	return off;
}

void *wire_msg_buf(struct wire_msg *msg, unsigned int idx, u32 min)
{
	if (idx >= le32_to_cpu(msg->bufcount) || le32_to_cpu(msg->buflens[idx]) < min)
		return NULL;
	return (u8 *)msg + buf_offset(msg, idx);
}
EXPORT_SYMBOL_GPL(wire_msg_buf);

u32 wire_msg_shrink(struct wire_msg *msg, unsigned int idx, u32 len)
{
	u32 nr = le32_to_cpu(msg->bufcount);
	u32 end = buf_offset(msg, nr);
	u32 from = buf_offset(msg, idx + 1);
	u32 to = buf_offset(msg, idx) + round_up(len, 8);

	if (len >= le32_to_cpu(msg->buflens[idx]))
		return end;
	memmove((u8 *)msg + to, (u8 *)msg + from, end - from);
	msg->buflens[idx] = cpu_to_le32(len);
	return end - (from - to);
}
EXPORT_SYMBOL_GPL(wire_msg_shrink);

const char *wire_str(struct wire_msg *msg, unsigned int idx, bool empty)
{
	u32 len = wire_msg_buflen(msg, idx);
	const char *s = wire_msg_buf(msg, idx, 1);

	if (!s || strnlen(s, len) == len)
		return NULL;
	return *s || empty ? s : NULL;
}
EXPORT_SYMBOL_GPL(wire_str);
