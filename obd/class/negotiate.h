/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_NEGOTIATE_H
#define SHEEN_NEGOTIATE_H

#include "obd/class/class.h"

#define OBD_VERSION		0x020f0800u	/* 2.15.8: the release whose features we offer */
#define OBD_BRW_SIZE		(4u << 20)	/* bytes of the largest bulk RPC of an OST */
#define MDT_BRW_SIZE		1048576u
#define MDT_MAX_EASIZE		65536u

/**
 * obd_negotiate() - turns what a client asks for into what a target of this kind grants, in place
 * Flags and their fields; a field whose flag is not granted is zeroed. The type fills in what it
 * alone knows (grant, instance, index, maxbytes).
 * Returns 0, or -EPROTO when the client asks for something impossible (a bulk size below a page, no
 * common checksum).
 */
int obd_negotiate(struct wire_connect *data, enum target_kind kind);

/**
 * obd_ask() - what our own client asks a target of this kind for; fills flags and the fields that
 * go with them
 */
void obd_ask(struct wire_connect *data, enum target_kind kind);

extern bool obd_vendor_on;	/* module parameter "vendor" */

/**
 * obd_vendor() - VENDOR_* features that our client asks a target of this kind for, and that such a
 * target grants to who asks
 */
u64 obd_vendor(enum target_kind kind);

/** obd_flag_names() - granted flags as words separated by spaces, for people */
int obd_flag_names(u64 flags, char *buf, size_t size);

#endif
