/* SPDX-License-Identifier: GPL-2.0 */
/* Text that grows; floor_seq_read() in floor.h shows it to tests. */
#ifndef FLOOR_LINUX_SEQ_FILE_H
#define FLOOR_LINUX_SEQ_FILE_H

#include <linux/types.h>
#include <linux/fs.h>

struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	void *FLOOR_PRIVATE;
	int (*show)(struct seq_file *m, void *v);
};

__BEGIN_DECLS

void __printf(2, 3) seq_printf(struct seq_file *m, const char *fmt, ...);
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
int seq_write(struct seq_file *m, const void *data, size_t len);
int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data);
int single_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char *buf, size_t size, loff_t *pos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);

__END_DECLS

#define DEFINE_SHOW_ATTRIBUTE(name) \
static int name##_open(struct inode *inode, struct file *file) \
{ \
	return single_open(file, name##_show, inode->i_private); \
} \
static const struct file_operations name##_fops = { \
	.llseek = seq_lseek, \
	.read = seq_read, \
	.open = name##_open, \
	.release = single_release, \
}

#endif
