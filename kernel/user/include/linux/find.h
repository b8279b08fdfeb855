/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_FIND_H
#define FLOOR_LINUX_FIND_H

#include <linux/bitops.h>

/* The first bit at or after "from" that equals "want"; "size" when there is none. */
static inline unsigned long floor_find_bit(const unsigned long *addr, unsigned long size,
					   unsigned long from, bool want)
{
	while (from < size) {
		unsigned long word = addr[BIT_WORD(from)];

		if (!want)
			word = ~word;
		word >>= from % BITS_PER_LONG;
		if (word) {
			from += __ffs(word);
			return from < size ? from : size;
		}
		from = (from / BITS_PER_LONG + 1) * BITS_PER_LONG;
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
					  unsigned long from)
{
	return floor_find_bit(addr, size, from, true);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
					       unsigned long from)
{
	return floor_find_bit(addr, size, from, false);
}

static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long bit = size;

	while (bit-- > 0)
		if (test_bit((long)bit, addr))
			return bit;
	return size;
}

#define find_first_bit(addr, size)	find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size)	find_next_zero_bit(addr, size, 0)

#endif
