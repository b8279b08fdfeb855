// SPDX-License-Identifier: GPL-2.0
/*
 * Read-ahead for readers that the kernel's does not follow: who reads backward, or in steps of one
 * size, forward or backward. What lies ahead of such a reader is asked for in few requests, which
 * may have many pieces each.
 */
#include <linux/fs.h>
#include <linux/minmax.h>

#include "client/client.h"

#define SURE		2u	/* steps of one size in a row, after which there will be more */
#define MAX_AHEAD	256u	/* reads; as many pieces as a request may have */
#define MAX_POS		(S64_MAX / 4)	/* bytes: no sum of steps overflows */

/* How many reads of @len bytes to be ahead: more the longer it goes on. */
static unsigned int window(const struct file *file, const struct lustre_pattern *p)
{
	u64 room = ((u64)file->f_ra.ra_pages << PAGE_SHIFT) / max_t(size_t, p->len, PAGE_SIZE);
	unsigned int by_age = 1u << min(p->steps, ilog2(MAX_AHEAD));

	return min_t(u64, room, by_age);
}

/* Notes a read, and says how many there should be ahead of it and are not, and from which on. */
static unsigned int follow(const struct file *file, struct lustre_pattern *p, loff_t pos,
			   size_t len, unsigned int *first)
{
	loff_t step = pos - p->pos;
	unsigned int nr, ahead;

	p->steps = step == p->step ? p->steps + 1 : 0;
	p->ahead = p->steps && p->ahead ? p->ahead - 1 : 0;
	p->step = step;
	p->pos = pos;
	p->len = len;
	/* Forward without gaps is what the kernel knows, and nothing is where one stands still. */
	if (p->steps < SURE || !step || (step > 0 && step <= (loff_t)len))
		return 0;
	if (pos > MAX_POS || abs(step) > MAX_POS / MAX_AHEAD)
		return 0;
	nr = window(file, p);
	ahead = p->ahead;
	if (ahead > nr / 2)
		return 0;
	p->ahead = nr;
	*first = ahead + 1;
	return nr - ahead;
}

/* Cuts what would lie before the file or behind its end. */
static void stay_inside(struct lustre_pieces *s, loff_t size)
{
	loff_t first = s->step > 0 ? s->pos : s->pos + s->step * (s->nr - 1);
	loff_t distance = abs(s->step);

	while (s->nr && first < 0) {
		first += distance;
		s->nr--;
	}
	while (s->nr && first + distance * (s->nr - 1) >= size)
		s->nr--;
	s->pos = first;
	s->step = distance;
}

void lustre_pattern_read(struct file *file, loff_t pos, size_t len)
{
	struct lustre_file *lf = file->private_data;
	struct lustre_pieces s;
	unsigned int first;

	if (file->f_mode & FMODE_RANDOM || !file->f_ra.ra_pages)
		return;
	spin_lock(&lf->pattern.lock);
	s.step = pos - lf->pattern.pos;
	s.len = len;
	s.nr = follow(file, &lf->pattern, pos, len, &first);
	spin_unlock(&lf->pattern.lock);
	if (!s.nr)
		return;
	s.pos = pos + s.step * first;
	stay_inside(&s, i_size_read(file_inode(file)));
	if (s.nr)
		lustre_read_pieces(file->f_mapping, &s);
}
