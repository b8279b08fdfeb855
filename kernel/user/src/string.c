// SPDX-License-Identifier: GPL-2.0
/* Strings and numbers in text. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len;

	if (!size)
		return -E2BIG;
	len = strnlen(src, size);
	if (len < size) {
		memmove(dst, src, len + 1);
		return (ssize_t)len;
	}
	memmove(dst, src, size - 1);
	dst[size - 1] = '\0';
	return -E2BIG;
}

ssize_t strscpy_pad(char *dst, const char *src, size_t size)
{
	ssize_t len = strscpy(dst, src, size);

	if (len >= 0)
		memset(dst + len, 0, size - (size_t)len);
	return len;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
	strscpy(dst, src, size);
	return strlen(src);
}

size_t strlcat(char *dst, const char *src, size_t size)
{
	size_t at = strnlen(dst, size);

	if (at < size)
		strscpy(dst + at, src, size - at);
	return at + strlen(src);
}

char *strnstr(const char *s, const char *what, size_t len)
{
	return memmem(s, strnlen(s, len), what, strlen(what));
}

char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t len = strlen(s);

	while (len && isspace((unsigned char)s[len - 1]))
		s[--len] = '\0';
	return skip_spaces(s);
}

char *strreplace(char *s, char from, char to)
{
	char *p;

	for (p = s; *p; p++)
		if (*p == from)
			*p = to;
	return s;
}

static size_t line_len(const char *s)
{
	size_t len = strlen(s);

	return len && s[len - 1] == '\n' ? len - 1 : len;
}

bool sysfs_streq(const char *a, const char *b)
{
	return line_len(a) == line_len(b) && !memcmp(a, b, line_len(a));
}

int match_string(const char *const *array, size_t n, const char *s)
{
	size_t i;

	for (i = 0; i < n && array[i]; i++)
		if (!strcmp(array[i], s))
			return (int)i;
	return -EINVAL;
}

void *memchr_inv(const void *start, int c, size_t bytes)
{
	const u8 *p = start;

	for (; bytes; p++, bytes--)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

void *memscan(void *addr, int c, size_t size)
{
	void *found = memchr(addr, c, size);

	return found ? found : (u8 *)addr + size;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}

void *kvmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kvmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}

char *kmemdup_nul(const char *s, size_t len, gfp_t gfp)
{
	char *p = kmalloc(len + 1, gfp);

	if (!p)
		return NULL;
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

const char *kstrdup_const(const char *s, gfp_t gfp)
{
	return kstrdup(s, gfp);
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return s ? kmemdup_nul(s, strnlen(s, max), gfp) : NULL;
}

void kfree_const(const void *x)
{
	kfree(x);
}

/* Numbers */

const char hex_asc[] = "0123456789abcdef";
const char hex_asc_upper[] = "0123456789ABCDEF";

int hex_to_bin(unsigned char ch)
{
	if (isdigit(ch))
		return ch - '0';
	ch = (unsigned char)tolower(ch);
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

int hex2bin(u8 *dst, const char *src, size_t count)
{
	for (; count; count--, src += 2) {
		int hi = hex_to_bin((unsigned char)src[0]);
		int lo = hi < 0 ? -1 : hex_to_bin((unsigned char)src[1]);

		if (lo < 0)
			return -EINVAL;
		*dst++ = (u8)(hi << 4 | lo);
	}
	return 0;
}

char *bin2hex(char *dst, const void *src, size_t count)
{
	const u8 *p = src;

	for (; count; count--, p++) {
		*dst++ = hex_asc_hi(*p);
		*dst++ = hex_asc_lo(*p);
	}
	return dst;
}

/* Digits up to the first other character; *digits counts them. */
static unsigned long long parse_digits(const char *s, unsigned int base, const char **end,
				       unsigned int *digits, bool *overflow)
{
	unsigned long long value = 0;

	if ((base == 0 || base == 16) && s[0] == '0' && (s[1] | 32) == 'x' &&
	    hex_to_bin((unsigned char)s[2]) >= 0) {
		s += 2;
		base = 16;
	} else if (base == 0) {
		base = s[0] == '0' ? 8 : 10;
	}
	*digits = 0;
	*overflow = false;
	for (;; s++, (*digits)++) {
		int digit = hex_to_bin((unsigned char)*s);

		if (digit < 0 || (unsigned int)digit >= base)
			break;
		*overflow |= check_mul_overflow(value, (unsigned long long)base, &value);
		*overflow |= check_add_overflow(value, (unsigned long long)digit, &value);
	}
	*end = s;
	return value;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned int digits;
	const char *end;
	bool overflow;
	unsigned long long value;

	if (*s == '+')
		s++;
	value = parse_digits(s, base, &end, &digits, &overflow);
	if (*end == '\n')
		end++;
	if (!digits || *end)
		return overflow ? -ERANGE : -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = value;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long value;
	bool negative = *s == '-';
	int err = kstrtoull(negative ? s + 1 : s, base, &value);

	if (err)
		return err;
	if (value > (unsigned long long)S64_MAX + negative)
		return -ERANGE;
	*res = (long long)(negative ? 0 - value : value);
	return 0;
}

#define floor_kstrto(name, type, wide, parse) \
int name(const char *s, unsigned int base, type *res) \
{ \
	wide value; \
	int err = parse(s, base, &value); \
	if (err) \
		return err; \
	if (value != (wide)(type)value) \
		return -ERANGE; \
	*res = (type)value; \
	return 0; \
}

floor_kstrto(kstrtoul, unsigned long, unsigned long long, kstrtoull)
floor_kstrto(kstrtouint, unsigned int, unsigned long long, kstrtoull)
floor_kstrto(kstrtou16, u16, unsigned long long, kstrtoull)
floor_kstrto(kstrtou8, u8, unsigned long long, kstrtoull)
floor_kstrto(kstrtol, long, long long, kstrtoll)
floor_kstrto(kstrtoint, int, long long, kstrtoll)
floor_kstrto(kstrtos16, s16, long long, kstrtoll)
floor_kstrto(kstrtos8, s8, long long, kstrtoll)

int kstrtobool(const char *s, bool *res)
{
	char c = s ? (char)tolower((unsigned char)s[0]) : '\0';

	if (c == 'o' && s[1])
		c = tolower((unsigned char)s[1]) == 'n' ? 'y' :
		    tolower((unsigned char)s[1]) == 'f' ? 'n' : '\0';
	if (c == 'y' || c == 't' || c == '1')
		*res = true;
	else if (c == 'n' || c == 'f' || c == '0')
		*res = false;
	else
		return -EINVAL;
	return 0;
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	unsigned int digits;
	const char *stop;
	bool overflow;
	unsigned long long value = parse_digits(s, base, &stop, &digits, &overflow);

	if (end)
		*end = (char *)stop;
	return value;
}

long long simple_strtoll(const char *s, char **end, unsigned int base)
{
	if (*s == '-')
		return (long long)(0 - simple_strtoull(s + 1, end, base));
	return (long long)simple_strtoull(s, end, base);
}

unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return simple_strtoull(s, end, base);
}

long simple_strtol(const char *s, char **end, unsigned int base)
{
	return simple_strtoll(s, end, base);
}

unsigned long long memparse(const char *s, char **end)
{
	static const char units[] = "kmgtpe";
	char *stop;
	unsigned long long value = simple_strtoull(s, &stop, 0);
	const char *unit = *stop ? strchr(units, tolower((unsigned char)*stop)) : NULL;

	if (unit) {
		value <<= 10 * (unit - units + 1);
		stop++;
	}
	if (end)
		*end = stop;
	return value;
}
