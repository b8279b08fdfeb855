/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_UUID_H
#define FLOOR_LINUX_UUID_H

#include <linux/types.h>
#include <string.h>

#define UUID_SIZE	16
#define UUID_STRING_LEN	36

typedef struct {
	__u8 b[UUID_SIZE];
} uuid_t;

typedef struct {
	__u8 b[UUID_SIZE];
} guid_t;

__BEGIN_DECLS

extern const uuid_t uuid_null;

void generate_random_uuid(unsigned char uuid[UUID_SIZE]);
bool __must_check uuid_is_valid(const char *uuid);
int uuid_parse(const char *uuid, uuid_t *u);

static inline void uuid_gen(uuid_t *u)
{
	generate_random_uuid(u->b);
}

static inline bool uuid_equal(const uuid_t *a, const uuid_t *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline void uuid_copy(uuid_t *dst, const uuid_t *src)
{
	*dst = *src;
}

static inline bool uuid_is_null(const uuid_t *u)
{
	return uuid_equal(u, &uuid_null);
}

static inline void import_uuid(uuid_t *dst, const __u8 *src)
{
	memcpy(dst->b, src, UUID_SIZE);
}

static inline void export_uuid(__u8 *dst, const uuid_t *src)
{
	memcpy(dst, src->b, UUID_SIZE);
}

__END_DECLS

#endif
