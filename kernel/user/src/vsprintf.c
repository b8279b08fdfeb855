// SPDX-License-Identifier: GPL-2.0
/* The kernel's printf: the C library formats everything but pointers. */
#include "internal.h"

#include <linux/uuid.h>
#include <linux/err.h>
#include <linux/ctype.h>

#undef vsnprintf
#undef snprintf

struct out {
	char *buf;
	size_t size;
	size_t len;			/* what would have been written */
};

static void put(struct out *o, const char *text, size_t len)
{
	size_t room = o->len < o->size ? o->size - o->len : 0;

	if (room)
		memcpy(o->buf + o->len, text, len < room ? len : room);
	o->len += len;
}

static void put_text(struct out *o, const char *text, int width, bool left)
{
	size_t len = strlen(text), pad = width > 0 && (size_t)width > len ? (size_t)width - len : 0;

	while (!left && pad > 0 && pad--)
		put(o, " ", 1);
	put(o, text, len);
	while (left && pad > 0 && pad--)
		put(o, " ", 1);
}

static void put_bytes(struct out *o, const u8 *p, int n, char sep)
{
	char hex[2];
	int i;

	for (i = 0; i < n; i++) {
		bin2hex(hex, p + i, 1);
		put(o, hex, 2);
		if (sep && i + 1 < n)
			put(o, &sep, 1);
	}
}

static void put_uuid(struct out *o, const u8 *p, char kind)
{
	static const u8 guid_order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	const char *digits = isupper((unsigned char)kind) ? hex_asc_upper : hex_asc;
	bool guid = tolower((unsigned char)kind) == 'l';
	int i;

	for (i = 0; i < UUID_SIZE; i++) {
		u8 byte = p[guid ? guid_order[i] : i];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			put(o, "-", 1);
		put(o, &digits[byte >> 4], 1);
		put(o, &digits[byte & 15], 1);
	}
}

static void put_ipv4(struct out *o, const u8 *p, bool host_order)
{
	char text[16];

	if (host_order)
		snprintf(text, sizeof(text), "%u.%u.%u.%u", p[3], p[2], p[1], p[0]);
	else
		snprintf(text, sizeof(text), "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
	put_text(o, text, 0, false);
}

static void put_error(struct out *o, const void *ptr, int width, bool left)
{
	const char *name = IS_ERR(ptr) ? strerrorname_np((int)-PTR_ERR(ptr)) : NULL;
	char text[32];

	snprintf(text, sizeof(text), "%s%s", name ? "-" : "", name ? name : "(not an error)");
	if (!name && IS_ERR(ptr))
		snprintf(text, sizeof(text), "%ld", PTR_ERR(ptr));
	put_text(o, text, width, left);
}

static void put_nested(struct out *o, const struct va_format *vf)
{
	size_t room = o->len < o->size ? o->size - o->len : 0;
	va_list args;

	va_copy(args, *vf->va);
	o->len += (size_t)floor_vsnprintf(room ? o->buf + o->len : NULL, room, vf->fmt, args);
	va_end(args);
}

/* After "%p": returns how many letters behind it belong to it. */
static size_t put_pointer(struct out *o, const char *ext, const void *ptr, int width, bool left)
{
	char text[24];

	switch (ext[0]) {
	case 'V':
		put_nested(o, ptr);
		return 1;
	case 'e':
		put_error(o, ptr, width, left);
		return 1;
	case 'U':
		put_uuid(o, ptr, ext[1] && strchr("bBlL", ext[1]) ? ext[1] : 'b');
		return ext[1] && strchr("bBlL", ext[1]) ? 2 : 1;
	case 'h':
		put_bytes(o, ptr, width < 0 ? 1 : width,
			  ext[1] == 'C' ? ':' : ext[1] == 'D' ? '-' : ext[1] == 'N' ? 0 : ' ');
		return ext[1] && strchr("CDN", ext[1]) ? 2 : 1;
	case 'M':
		put_bytes(o, ptr, 6, ':');
		return 1;
	case 'I':
	case 'i':
		if (ext[1] != '4')
			break;
		put_ipv4(o, ptr, ext[2] == 'h' || ext[2] == 'l');
		return ext[2] && strchr("hnbl", ext[2]) ? 3 : 2;
	case 'x':
	case 'K':
	case 's':
	case 'S':
		snprintf(text, sizeof(text), ext[0] == 'x' ? "%016lx" : "0x%lx",
			 (unsigned long)ptr);
		put_text(o, text, width, left);
		return 1;
	}
	put_text(o, ptr ? "(____ptrval____)" : "(null)", width, left);
	return 0;
}

/* One directive, spelled in spec, whose "*" are resolved already. */
static void put_plain(struct out *o, const char *spec, char conv, int longs, bool size_type,
		      va_list *args)
{
	size_t room = o->len < o->size ? o->size - o->len : 0;
	char *at = room ? o->buf + o->len : NULL;
	int n;

	if (conv == 's') {
		const char *s = va_arg(*args, const char *);

		n = snprintf(at, room, spec, s ? s : "(null)");
	} else if (longs >= 2) {
		n = snprintf(at, room, spec, va_arg(*args, long long));
	} else if (longs == 1 || size_type) {
		n = snprintf(at, room, spec, va_arg(*args, long));
	} else {
		n = snprintf(at, room, spec, va_arg(*args, int));
	}
	if (n > 0)
		o->len += (size_t)n;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* Returns the end of the directive that begins at fmt, which points behind "%". */
static const char *put_directive(struct out *o, const char *fmt, va_list *args)
{
	char spec[32] = "%";
	size_t n = 1;
	int width = -1, longs = 0, precision;
	bool left = false, size_type = false;

	for (; *fmt && strchr("-+ #0", *fmt); fmt++) {
		left |= *fmt == '-';
		if (n < 8)
			spec[n++] = *fmt;
	}
	if (*fmt == '*') {
		width = va_arg(*args, int);
		fmt++;
	} else if (isdigit((unsigned char)*fmt)) {
		width = (int)simple_strtoul(fmt, (char **)&fmt, 10);
	}
	if (width >= 0)
		n += (size_t)snprintf(spec + n, sizeof(spec) - n, "%d", width);
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			precision = va_arg(*args, int);
			fmt++;
		} else {
			precision = (int)simple_strtoul(fmt, (char **)&fmt, 10);
		}
		n += (size_t)snprintf(spec + n, sizeof(spec) - n, ".%d", precision);
	}
	for (; *fmt && strchr("hlLqzjt", *fmt); fmt++) {
		longs += *fmt == 'l' ? 1 : *fmt == 'L' || *fmt == 'q' || *fmt == 'j' ? 2 : 0;
		size_type |= *fmt == 'z' || *fmt == 't';
		if (n < sizeof(spec) - 2)
			spec[n++] = *fmt;
	}
	if (*fmt == 'p')
		return fmt + 1 + put_pointer(o, fmt + 1, va_arg(*args, void *), width, left);
	if (!*fmt)
		return fmt;
	spec[n++] = *fmt;
	spec[n] = '\0';
	if (strchr("diouxXcs", *fmt))
		put_plain(o, spec, *fmt, longs, size_type, args);
	else
		put(o, fmt, 1);
	return fmt + 1;
}

#pragma GCC diagnostic pop

int floor_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { buf, size, 0 };
	const char *percent;
	va_list ap;

	va_copy(ap, args);
	while (*fmt) {
		percent = strchrnul(fmt, '%');
		put(&o, fmt, (size_t)(percent - fmt));
		if (!*percent)
			break;
		fmt = put_directive(&o, percent + 1, &ap);
	}
	va_end(ap);
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return (int)o.len;
}

int floor_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = floor_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int floor_vsprintf(char *buf, const char *fmt, va_list args)
{
	return floor_vsnprintf(buf, INT_MAX, fmt, args);
}

int floor_sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = floor_vsprintf(buf, fmt, args);
	va_end(args);
	return len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = floor_vsnprintf(buf, size, fmt, args);

	if ((size_t)len < size)
		return len;
	return size ? (int)size - 1 : 0;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	int len = floor_vsnprintf(NULL, 0, fmt, args);
	char *s = kmalloc((size_t)len + 1, gfp);

	if (s)
		floor_vsnprintf(s, (size_t)len + 1, fmt, args);
	return s;
}

const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args)
{
	return kvasprintf(gfp, fmt, args);
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = kvasprintf(gfp, fmt, args);
	va_end(args);
	return s;
}
