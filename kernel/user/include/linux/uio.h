/* SPDX-License-Identifier: GPL-2.0 */
/* Iterators over kernel memory: arrays of kvecs or of page fragments. */
#ifndef FLOOR_LINUX_UIO_H
#define FLOOR_LINUX_UIO_H

#include <linux/types.h>
#include <linux/bvec.h>

#define READ		0
#define WRITE		1
#define ITER_SOURCE	1
#define ITER_DEST	0

struct kvec {
	void *iov_base;
	size_t iov_len;
};

enum iter_type {
	ITER_KVEC,
	ITER_BVEC,
	ITER_DISCARD,
};

struct iov_iter {
	u8 iter_type;
	bool data_source;
	size_t iov_offset;		/* into the current segment */
	size_t count;			/* bytes left */
	union {
		const struct kvec *kvec;
		const struct bio_vec *bvec;
	};
	unsigned long nr_segs;		/* segments left */
};

__BEGIN_DECLS

void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec,
		   unsigned long nr_segs, size_t count);
void iov_iter_bvec(struct iov_iter *i, unsigned int direction, const struct bio_vec *bvec,
		   unsigned long nr_segs, size_t count);
void iov_iter_discard(struct iov_iter *i, unsigned int direction, size_t count);
size_t copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i);
size_t copy_from_iter(void *addr, size_t bytes, struct iov_iter *i);
bool copy_from_iter_full(void *addr, size_t bytes, struct iov_iter *i);
size_t iov_iter_zero(size_t bytes, struct iov_iter *i);
void iov_iter_advance(struct iov_iter *i, size_t bytes);
void iov_iter_revert(struct iov_iter *i, size_t bytes);
size_t iov_iter_single_seg_count(const struct iov_iter *i);
size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);

static inline size_t iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

static inline void iov_iter_truncate(struct iov_iter *i, u64 count)
{
	if (i->count > count)
		i->count = (size_t)count;
}

static inline void iov_iter_reexpand(struct iov_iter *i, size_t count)
{
	i->count = count;
}

static inline bool copy_to_iter_full(const void *addr, size_t bytes, struct iov_iter *i)
{
	if (i->count < bytes)
		return false;
	return copy_to_iter(addr, bytes, i) == bytes;
}

static inline size_t iov_length(const struct kvec *kvec, unsigned long nr_segs)
{
	size_t sum = 0;

	while (nr_segs-- > 0)
		sum += kvec[nr_segs].iov_len;
	return sum;
}

__END_DECLS

#define iov_iter_is_kvec(i)	((i)->iter_type == ITER_KVEC)
#define iov_iter_is_bvec(i)	((i)->iter_type == ITER_BVEC)
#define iov_iter_is_discard(i)	((i)->iter_type == ITER_DISCARD)
#define iov_iter_type(i)	((enum iter_type)(i)->iter_type)
#define iov_iter_rw(i)		((i)->data_source ? WRITE : READ)

#endif
