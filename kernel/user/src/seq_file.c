// SPDX-License-Identifier: GPL-2.0
/* Sequence files of one record. */
#include "internal.h"

#include <linux/seq_file.h>

static void reserve(struct seq_file *m, size_t more)
{
	if (m->count + more + 1 <= m->size)
		return;
	m->size = (m->count + more + 1) * 2;
	m->buf = realloc(m->buf, m->size);
	if (!m->buf)
		abort();
}

int seq_write(struct seq_file *m, const void *data, size_t len)
{
	reserve(m, len);
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	m->buf[m->count] = '\0';
	return 0;
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	int len = floor_vsnprintf(NULL, 0, fmt, args);

	reserve(m, (size_t)len);
	m->count += (size_t)floor_vsnprintf(m->buf + m->count, m->size - m->count, fmt, args);
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	m->show = show;
	m->private = data;
	file->private_data = m;
	return 0;
}

int single_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	(void)inode;
	free(m->buf);
	kfree(m);
	return 0;
}

ssize_t seq_read(struct file *file, char *buf, size_t size, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	int err;

	if (!*pos) {
		m->count = 0;
		err = m->show(m, NULL);
		if (err)
			return err;
	}
	if (*pos < 0 || (size_t)*pos >= m->count)
		return 0;
	size = min_t(size_t, size, m->count - (size_t)*pos);
	memcpy(buf, m->buf + *pos, size);
	*pos += (loff_t)size;
	return (ssize_t)size;
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	(void)file;
	return whence == SEEK_SET && offset >= 0 ? offset : -EINVAL;
}

char *floor_seq_text(int (*show)(struct seq_file *m, void *v), void *priv)
{
	struct seq_file m = { .private = priv };
	int err;

	seq_puts(&m, "");
	err = show(&m, NULL);
	if (err) {
		free(m.buf);
		return NULL;
	}
	return m.buf;
}
