/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SEQLOCK_H
#define FLOOR_LINUX_SEQLOCK_H

#include <linux/spinlock.h>

typedef struct {
	unsigned int sequence;
} seqcount_t;

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define SEQCNT_ZERO(name)	{ 0 }
#define DEFINE_SEQLOCK(name)	seqlock_t name = { { 0 }, __SPIN_LOCK_UNLOCKED(name.lock) }
#define seqcount_init(s)	((s)->sequence = 0)
#define seqlock_init(sl)	\
	do { seqcount_init(&(sl)->seqcount); spin_lock_init(&(sl)->lock); } while (0)
#define read_seqcount_begin(s)		READ_ONCE((s)->sequence)
#define read_seqcount_retry(s, start)	(READ_ONCE((s)->sequence) != (start))
#define write_seqcount_begin(s)		((s)->sequence++)
#define write_seqcount_end(s)		((s)->sequence++)
#define read_seqbegin(sl)		read_seqcount_begin(&(sl)->seqcount)
#define read_seqretry(sl, start)	read_seqcount_retry(&(sl)->seqcount, start)
#define write_seqlock(sl) \
	do { spin_lock(&(sl)->lock); write_seqcount_begin(&(sl)->seqcount); } while (0)
#define write_sequnlock(sl) \
	do { write_seqcount_end(&(sl)->seqcount); spin_unlock(&(sl)->lock); } while (0)
#define write_seqlock_bh(sl)		write_seqlock(sl)
#define write_sequnlock_bh(sl)		write_sequnlock(sl)
#define write_seqlock_irqsave(sl, f)	do { (f) = 0; write_seqlock(sl); } while (0)
#define write_sequnlock_irqrestore(sl, f) do { (void)(f); write_sequnlock(sl); } while (0)

#endif
