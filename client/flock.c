// SPDX-License-Identifier: GPL-2.0
/*
 * Locks of programs: flock(), fcntl() and open file description locks.
 *
 * The MDT decides; this kernel keeps a copy of what it has granted, for /proc/locks and so that a
 * close knows what to unlock. As between all clients of this wire, flock() and fcntl() locks of a
 * file are of one kind:
 * a flock() lock is one on all bytes.
 */
#include "client/client.h"
#include "kernel/compat/flock.h"

static enum ldlm_mode mode_of(unsigned char type)
{
	switch (type) {
	case F_RDLCK:
		return LCK_PR;
	case F_WRLCK:
		return LCK_PW;
	}
	return LCK_NL;
}

/*
 * Locks of an open (flock, OFD) are named after the open, those of a process after its table of
 * files.
 */
static void range_of(struct file *file, const struct file_lock *fl, struct ldlm_flock *range)
{
	u64 salt = lustre_sb(file_inode(file)->i_sb)->flock_salt;
	bool of_open = compat_fl_flags(fl) & (FL_FLOCK | FL_OFDLCK);
	void *owner = of_open ? (void *)file : (void *)compat_fl_owner(fl);

	range->owner = (unsigned long)owner ^ salt;
	range->pid = compat_fl_flags(fl) & FL_OFDLCK ? LDLM_NO_PID : (u32)compat_fl_pid(fl);
	range->start = compat_fl_flags(fl) & FL_FLOCK ? 0 : fl->fl_start;
	range->end = compat_fl_flags(fl) & FL_FLOCK ? OFFSET_MAX : fl->fl_end;
}

static int ask(struct file *file, enum ldlm_mode *mode, u32 flags, struct ldlm_flock *range)
{
	struct inode *inode = file_inode(file);

	return mdc_flock(lustre_mdc(inode), &lustre_i(inode)->fid, mode, flags, range);
}

static int flock_test(struct file *file, struct file_lock *fl)
{
	enum ldlm_mode mode = mode_of(compat_fl_type(fl));
	struct ldlm_flock range;
	int rc;

	range_of(file, fl, &range);
	rc = ask(file, &mode, LDLM_FL_TEST_LOCK, &range);
	if (rc)
		return rc;
	compat_fl_type(fl) = mode == LCK_NL ? F_UNLCK : mode == LCK_PR ? F_RDLCK : F_WRLCK;
	if (mode == LCK_NL)
		return 0;
	fl->fl_start = min_t(u64, range.start, OFFSET_MAX);
	fl->fl_end = min_t(u64, range.end, OFFSET_MAX);
	compat_fl_pid(fl) = (pid_t)range.pid;
	compat_fl_flags(fl) &= ~FL_OFDLCK;
	return 0;
}

/* Here first: nobody is to see the two kernels disagree when another node gets the lock at once. */
static int flock_unlock(struct file *file, struct file_lock *fl)
{
	unsigned int flags = compat_fl_flags(fl);
	enum ldlm_mode mode = LCK_NL;
	struct ldlm_flock range;
	int rc;

	compat_fl_flags(fl) = (flags | FL_EXISTS) & ~FL_SLEEP;
	rc = locks_lock_file_wait(file, fl);
	compat_fl_flags(fl) = flags;
	if (rc == -ENOENT)
		return 0;
	range_of(file, fl, &range);
	return ask(file, &mode, 0, &range) ?: rc;
}

static int flock_lock(struct file *file, int cmd, struct file_lock *fl)
{
	u32 flags = cmd == F_SETLKW ? 0 : LDLM_FL_BLOCK_NOWAIT;
	enum ldlm_mode mode = mode_of(compat_fl_type(fl)), none = LCK_NL;
	struct inode *inode = file_inode(file);
	struct ldlm_flock range;
	bool held;
	int rc;

	range_of(file, fl, &range);
	held = mdc_flock_holds(lustre_mdc(inode), &lustre_i(inode)->fid, &range);
	rc = ask(file, &mode, flags, &range);
	if (rc)
		return rc;
	/*
	 * Who is still in the way here has given way on the MDT, and before us: nobody waits in
	 * circles.
	 */
	if (cmd != F_SETLKW)
		compat_fl_flags(fl) &= ~FL_SLEEP;
	rc = locks_lock_file_wait(file, fl);
	/* What was there before goes with the owner's next unlock. */
	if (rc && !held)
		ask(file, &none, 0, &range);
	return rc;
}

/*
 * flock() from one kind to the other is an unlock and a lock: two that hold it shared do not wait
 * for each other for ever.
 */
static int flock_convert(struct file *file, const struct file_lock *fl)
{
	struct lustre_file *lf = file->private_data;
	struct file_lock unlock;
	int rc;

	if (lf->flock == F_UNLCK || lf->flock == compat_fl_type(fl))
		return 0;
	locks_init_lock(&unlock);
	compat_fl_flags(&unlock) = FL_FLOCK;
	compat_fl_owner(&unlock) = compat_fl_owner(fl);
	compat_fl_file(&unlock) = file;
	compat_fl_type(&unlock) = F_UNLCK;
	unlock.fl_end = OFFSET_MAX;
	rc = flock_unlock(file, &unlock);
	if (!rc)
		lf->flock = F_UNLCK;
	return rc;
}

static int flock_local(struct file *file, int cmd, struct file_lock *fl)
{
	if (cmd != F_GETLK)
		return locks_lock_file_wait(file, fl);
	posix_test_lock(file, fl);
	return 0;
}

int lustre_flock(struct file *file, int cmd, struct file_lock *fl)
{
	struct lustre_file *lf = file->private_data;
	int rc;

	switch (lustre_sb(file_inode(file)->i_sb)->flock) {
	case LUSTRE_FLOCK_NONE:
		return -ENOSYS;
	case LUSTRE_FLOCK_LOCAL:
		return flock_local(file, cmd, fl);
	case LUSTRE_FLOCK:
		break;
	}
	if (cmd == F_CANCELLK)
		return 0;	/* lockd's requests do not wait here */
	if (cmd == F_GETLK)
		return flock_test(file, fl);
	if (compat_fl_type(fl) == F_UNLCK) {
		rc = flock_unlock(file, fl);
	} else {
		rc = compat_fl_flags(fl) & FL_FLOCK ? flock_convert(file, fl) : 0;
		rc = rc ?: flock_lock(file, cmd, fl);
	}
	if (!rc && compat_fl_flags(fl) & FL_FLOCK)
		lf->flock = compat_fl_type(fl);
	return rc;
}
