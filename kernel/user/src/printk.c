// SPDX-License-Identifier: GPL-2.0
/* The log ring, warnings, and the end of the world. */
#include "internal.h"

#include <linux/ratelimit.h>
#include <linux/hashtable.h>

#define RING_LINES	4096
#define LINE_MAX_BYTES	1024
#define LEVEL_DEFAULT	4
#define MAX_SITES	1024

static struct {
	char *line[RING_LINES];
	size_t next;			/* lines written so far */
	unsigned int warnings;
	int console;			/* levels below it show on stderr */
} ring = { .console = -1 };

static struct {
	const void *site;
	struct ratelimit_state state;
} limits[MAX_SITES];

void floor_log_clear(void)
{
	size_t i;

	for (i = 0; i < RING_LINES; i++) {
		free(ring.line[i]);
		ring.line[i] = NULL;
	}
	ring.next = 0;
}

void floor_log_reset(void)
{
	const char *level = getenv("FLOOR_LOG");

	floor_log_clear();
	memset(limits, 0, sizeof(limits));
	ring.warnings = 0;
	if (ring.console < 0)
		ring.console = level ? atoi(level) : 0;
}

void floor_set_console_level(int level)
{
	ring.console = level;
}

static void log_line(const char *text, size_t len, int level)
{
	char **slot = &ring.line[ring.next++ % RING_LINES];

	free(*slot);
	*slot = strndup(text, len);
	if (level < ring.console)
		fprintf(stderr, "[%12.6f] %u %s: %.*s\n", (double)floor_now_ns() / 1e9,
			floor_node(), floor_current->comm, (int)len, text);
}

int vprintk(const char *fmt, va_list args)
{
	char buf[LINE_MAX_BYTES];
	const char *text = buf, *end;
	int level = LEVEL_DEFAULT, len;

	len = floor_vsnprintf(buf, sizeof(buf), fmt, args);
	if (text[0] == KERN_SOH[0] && text[1]) {
		if (text[1] >= '0' && text[1] <= '7')
			level = text[1] - '0';
		text += 2;
	}
	while (*text) {
		end = strchrnul(text, '\n');
		log_line(text, (size_t)(end - text), level);
		text = *end ? end + 1 : end;
	}
	return len;
}

int _printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vprintk(fmt, args);
	va_end(args);
	return len;
}

void print_hex_dump_bytes(const char *prefix, int prefix_type, const void *buf, size_t len)
{
	size_t at;

	(void)prefix_type;
	for (at = 0; at < len; at += 16)
		_printk(KERN_DEBUG "%s%08zx: %*ph\n", prefix, at, (int)min_t(size_t, 16, len - at),
			(const char *)buf + at);
}

size_t floor_log_count(const char *text)
{
	size_t i, n = 0;

	for (i = 0; i < RING_LINES; i++)
		if (ring.line[i] && strstr(ring.line[i], text))
			n++;
	return n;
}

bool floor_log_contains(const char *text)
{
	return floor_log_count(text) != 0;
}

void floor_log_dump(void)
{
	size_t i = ring.next > RING_LINES ? ring.next - RING_LINES : 0;

	for (; i < ring.next; i++)
		floor_say("%s", ring.line[i % RING_LINES]);
}

/* Each message site has its own budget, by virtual time. */
bool floor_ratelimit(const void *site)
{
	size_t i = hash_ptr(site, 10), n;

	for (n = 0; n < MAX_SITES; n++, i = (i + 1) % MAX_SITES) {
		if (!limits[i].site) {
			limits[i].site = site;
			ratelimit_state_init(&limits[i].state, DEFAULT_RATELIMIT_INTERVAL,
					     DEFAULT_RATELIMIT_BURST);
		}
		if (limits[i].site == site)
			return __ratelimit(&limits[i].state);
	}
	return true;
}

/* The floor's own voice, past the ring. */
void floor_say(const char *fmt, ...)
{
	char buf[LINE_MAX_BYTES];
	va_list args;

	va_start(args, fmt);
	floor_vsnprintf(buf, sizeof(buf), fmt, args);
	va_end(args);
	fprintf(stderr, "%s\n", buf);
}

void floor_backtrace(void **frames, int n)
{
	if (n)
		backtrace_symbols_fd(frames, n, STDERR_FILENO);
}

void dump_stack(void)
{
	void *frames[32];

	floor_backtrace(frames, backtrace(frames, ARRAY_SIZE(frames)));
}

static void report(const char *kind, const char *file, int line, const char *fmt, va_list args)
{
	char text[LINE_MAX_BYTES];

	floor_vsnprintf(text, sizeof(text), fmt, args);
	_printk(KERN_ERR "%s at %s:%d in %s: %s\n", kind, file, line, floor_current->comm, text);
	if (ring.console <= 3)
		floor_say("%s at %s:%d in %s: %s", kind, file, line, floor_current->comm, text);
	dump_stack();
}

void floor_warn(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	ring.warnings++;
	va_start(args, fmt);
	report("WARNING", file, line, fmt, args);
	va_end(args);
}

void floor_bug(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report("BUG", file, line, fmt, args);
	va_end(args);
	abort();
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report("panic", __FILE__, __LINE__, fmt, args);
	va_end(args);
	abort();
}

unsigned int floor_warn_count(void)
{
	return ring.warnings;
}
