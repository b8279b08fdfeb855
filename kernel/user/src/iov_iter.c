// SPDX-License-Identifier: GPL-2.0
/* Iterators over kvecs and bio_vecs. */
#include <linux/bug.h>
#include <linux/highmem.h>
#include <linux/string.h>
#include <linux/uio.h>

void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec,
		   unsigned long nr_segs, size_t count)
{
	memset(i, 0, sizeof(*i));
	i->iter_type = ITER_KVEC;
	i->data_source = direction;
	i->kvec = kvec;
	i->nr_segs = nr_segs;
	i->count = count;
}

void iov_iter_bvec(struct iov_iter *i, unsigned int direction, const struct bio_vec *bvec,
		   unsigned long nr_segs, size_t count)
{
	memset(i, 0, sizeof(*i));
	i->iter_type = ITER_BVEC;
	i->data_source = direction;
	i->bvec = bvec;
	i->nr_segs = nr_segs;
	i->count = count;
}

void iov_iter_discard(struct iov_iter *i, unsigned int direction, size_t count)
{
	memset(i, 0, sizeof(*i));
	i->iter_type = ITER_DISCARD;
	i->data_source = direction;
	i->count = count;
}

static size_t seg_len(const struct iov_iter *i)
{
	return iov_iter_is_kvec(i) ? i->kvec->iov_len : i->bvec->bv_len;
}

/* A fragment may reach over its page only by mistake. */
static void *seg_addr(const struct iov_iter *i)
{
	if (iov_iter_is_kvec(i))
		return (char *)i->kvec->iov_base + i->iov_offset;
	BUG_ON(i->bvec->bv_offset + i->bvec->bv_len > PAGE_SIZE);
	return (char *)page_address(i->bvec->bv_page) + i->bvec->bv_offset + i->iov_offset;
}

static void next_seg(struct iov_iter *i)
{
	if (iov_iter_is_kvec(i))
		i->kvec++;
	else
		i->bvec++;
	i->nr_segs--;
	i->iov_offset = 0;
}

enum way { TO_ITER, FROM_ITER, ZERO_ITER, SKIP };

static size_t walk(struct iov_iter *i, void *addr, size_t bytes, enum way way)
{
	size_t done = 0, n;

	if (bytes > i->count)
		bytes = i->count;
	if (iov_iter_is_discard(i)) {
		i->count -= bytes;
		return bytes;
	}
	while (done < bytes && i->nr_segs) {
		n = seg_len(i) - i->iov_offset;
		if (!n) {
			next_seg(i);
			continue;
		}
		if (n > bytes - done)
			n = bytes - done;
		if (way == TO_ITER)
			memcpy(seg_addr(i), (char *)addr + done, n);
		else if (way == FROM_ITER)
			memcpy((char *)addr + done, seg_addr(i), n);
		else if (way == ZERO_ITER)
			memset(seg_addr(i), 0, n);
		i->iov_offset += n;
		i->count -= n;
		done += n;
		if (i->iov_offset == seg_len(i) && i->nr_segs > 1)
			next_seg(i);
	}
	return done;
}

size_t copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i)
{
	if (WARN_ON_ONCE(i->data_source))
		return 0;
	return walk(i, (void *)addr, bytes, TO_ITER);
}

size_t copy_from_iter(void *addr, size_t bytes, struct iov_iter *i)
{
	if (WARN_ON_ONCE(!i->data_source || iov_iter_is_discard(i)))
		return 0;
	return walk(i, addr, bytes, FROM_ITER);
}

bool copy_from_iter_full(void *addr, size_t bytes, struct iov_iter *i)
{
	size_t copied;

	if (i->count < bytes)
		return false;
	copied = copy_from_iter(addr, bytes, i);
	if (copied == bytes)
		return true;
	iov_iter_revert(i, copied);
	return false;
}

size_t iov_iter_zero(size_t bytes, struct iov_iter *i)
{
	return walk(i, NULL, bytes, ZERO_ITER);
}

void iov_iter_advance(struct iov_iter *i, size_t bytes)
{
	walk(i, NULL, bytes, SKIP);
}

void iov_iter_revert(struct iov_iter *i, size_t bytes)
{
	i->count += bytes;
	if (iov_iter_is_discard(i))
		return;
	while (bytes > i->iov_offset) {
		bytes -= i->iov_offset;
		if (iov_iter_is_kvec(i))
			i->kvec--;
		else
			i->bvec--;
		i->nr_segs++;
		i->iov_offset = seg_len(i);
	}
	i->iov_offset -= bytes;
}

size_t iov_iter_single_seg_count(const struct iov_iter *i)
{
	size_t len;

	if (iov_iter_is_discard(i) || !i->nr_segs)
		return i->count;
	len = seg_len(i) - i->iov_offset;
	return len < i->count ? len : i->count;
}

size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i)
{
	return copy_to_iter((char *)page_address(page) + offset, bytes, i);
}

size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i)
{
	return copy_from_iter((char *)page_address(page) + offset, bytes, i);
}
