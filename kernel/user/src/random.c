// SPDX-License-Identifier: GPL-2.0
/* Random numbers from the seed, and UUIDs made of them. */
#include "internal.h"

#include <linux/random.h>
#include <linux/uuid.h>
#include <linux/ctype.h>

/* Kept apart from the scheduler's, so that neither disturbs the other. */
static struct floor_rng kernel_rng;

const uuid_t uuid_null;

/* The splitmix64 generator: a counter, well stirred. */
u64 floor_rng_next(struct floor_rng *rng)
{
	u64 z = rng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

void floor_random_reset(u64 seed)
{
	kernel_rng.state = ~seed;
}

u64 get_random_u64(void)
{
	return floor_rng_next(&kernel_rng);
}

void get_random_bytes(void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		u64 v = get_random_u64();
		size_t n = min_t(size_t, len, sizeof(v));

		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}

void generate_random_uuid(unsigned char uuid[UUID_SIZE])
{
	get_random_bytes(uuid, UUID_SIZE);
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

bool uuid_is_valid(const char *uuid)
{
	int i;

	for (i = 0; i < UUID_STRING_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? uuid[i] != '-' : !isxdigit((unsigned char)uuid[i]))
			return false;
	}
	return true;
}

int uuid_parse(const char *uuid, uuid_t *u)
{
	int i;

	if (!uuid_is_valid(uuid))
		return -EINVAL;
	for (i = 0; i < UUID_SIZE; i++) {
		if (*uuid == '-')
			uuid++;
		if (hex2bin(&u->b[i], uuid, 1))
			return -EINVAL;
		uuid += 2;
	}
	return 0;
}
