/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_STRING_H
#define FLOOR_LINUX_STRING_H

#include <linux/types.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <string.h>
#include <strings.h>

__BEGIN_DECLS

ssize_t strscpy(char *dst, const char *src, size_t size);
ssize_t strscpy_pad(char *dst, const char *src, size_t size);
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);
char *strnstr(const char *s, const char *what, size_t len);
char *skip_spaces(const char *s);
char *strim(char *s);
char *strreplace(char *s, char from, char to);
bool sysfs_streq(const char *a, const char *b);
int match_string(const char *const *array, size_t n, const char *s);
void *memchr_inv(const void *start, int c, size_t bytes);
void *memscan(void *addr, int c, size_t size);

char *kstrdup(const char *s, gfp_t gfp);
const char *kstrdup_const(const char *s, gfp_t gfp);
char *kstrndup(const char *s, size_t max, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
void *kvmemdup(const void *src, size_t len, gfp_t gfp);
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp);
void kfree_const(const void *x);

static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

static inline size_t str_has_prefix(const char *str, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(str, prefix, len) == 0 ? len : 0;
}

static inline const char *kbasename(const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? tail + 1 : path;
}

static inline void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	floor_barrier();
}

static inline void *memset64(u64 *s, u64 v, size_t count)
{
	while (count-- > 0)
		s[count] = v;
	return s;
}

static inline void *memset32(u32 *s, u32 v, size_t count)
{
	while (count-- > 0)
		s[count] = v;
	return s;
}

__END_DECLS

#define strtomem_pad(dst, src, pad) do { \
	size_t __sl = strnlen(src, sizeof(dst)); \
	memcpy(dst, src, __sl); \
	memset((char *)(dst) + __sl, pad, sizeof(dst) - __sl); \
} while (0)
#define memset_after(obj, v, member) \
	memset((u8 *)(obj) + offsetofend(__typeof__(*(obj)), member), v, \
	       sizeof(*(obj)) - offsetofend(__typeof__(*(obj)), member))

#endif
