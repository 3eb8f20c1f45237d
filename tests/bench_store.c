#include "tests/bench_store.h"

#include "db/queue.h"
#include "ra/find.h"
#include "ra/history.h"
#include "tests/bench_console.h"
#include "tests/million.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES 2000

static struct world *w;
static struct office *o;
static int64_t clerk;		/* whose hands half of them passed */
static int rows;
static uint32_t seed = 1;

static double
clock_ms(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double
now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* 1 … n, the same sequence in every run. */
static int
any(int n)
{
	seed = seed * 1664525 + 1013904223;
	return 1 + (int)((uint64_t)seed * (uint64_t)n >> 32);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Times SAMPLES calls; goal in ms for the median, 0 = none. The CPU's time beside it tells what other work on the machine
 * adds to the clock's. */
static void
measure(const char *what, size_t (*call)(void), double goal)
{
	static double wall[SAMPLES], cpu[SAMPLES];
	size_t hits = 0;

	for (int i = 0; i < SAMPLES; i++) {
		double from = now_ms(), cpu_from = clock_ms(CLOCK_THREAD_CPUTIME_ID);

		hits += call();
		cpu[i] = clock_ms(CLOCK_THREAD_CPUTIME_ID) - cpu_from;
		wall[i] = now_ms() - from;
	}
	qsort(wall, SAMPLES, sizeof *wall, by_size);
	qsort(cpu, SAMPLES, sizeof *cpu, by_size);
	printf("%-42s median %5.2f ms, p99 %5.2f ms; of the CPU %5.2f and %5.2f ms; %4.1f rows", what, wall[SAMPLES / 2],
	    wall[SAMPLES * 99 / 100], cpu[SAMPLES / 2], cpu[SAMPLES * 99 / 100], (double)hits / SAMPLES);
	printf(goal > 0 ? " (goal %.0f ms)\n" : "\n", goal);
}

/* ---- queues ---- */

static size_t
page(const struct queue_filter *f, int64_t edge, bool back)
{
	static struct queue_row row[50];
	int64_t reached;
	struct err e;
	size_t n;
	bool end;

	went(queue_page(o->db, f, edge, back, row, 50, &n, &reached, &end, &e), &e);
	return n;
}

static size_t
review_queue(void)
{
	return page(&(struct queue_filter){ .states = 1u << APP_REVIEW, .hands = QUEUE_NOT_MINE, .staff = o->me.id }, 0, false);
}

static size_t
anywhere_in_all(void)
{
	return page(&(struct queue_filter){ .newest = true }, any(rows), any(2) == 1);
}

static size_t
anywhere_in_closed(void)
{
	return page(&(struct queue_filter){ .states = 1u << APP_CLOSED, .channel = "mail" }, any(rows), any(2) == 1);
}

static size_t
closed_of_my_hands(void)
{
	return page(&(struct queue_filter){ .states = 1u << APP_CLOSED, .hands = QUEUE_MINE, .staff = clerk, .newest = true }, any(rows),
	    false);
}

static size_t
nowhere_in_closed(void)
{
	return page(&(struct queue_filter){ .states = 1u << APP_CLOSED, .service = "renew" }, any(rows), false);
}

static size_t
counts(void)
{
	struct queue_count count[APP_STATE_N];
	struct err e;

	went(queue_counts(o->db, &(struct queue_filter){ .hands = QUEUE_NOT_MINE, .staff = o->me.id }, 999, count, &e), &e);
	return APP_STATE_N;
}

/* ---- finds ---- */

static size_t
find(const char *text)
{
	static struct find_list l;
	struct find_query q = { .text = text, .max = 50 };
	struct err e;
	bool by_id;

	went(find_all(o, &q, &l, &by_id, &e), &e);
	return l.n;
}

/* `n` characters from anywhere in anybody's name. */
static size_t
fragment(int n)
{
	char name[TEXT_BYTES(64)], piece[TEXT_BYTES(64)];
	const char *s = name;
	size_t chars, bytes = 0;
	uint32_t c;

	million_name(any(rows), name, sizeof name);
	chars = text_chars(name);
	for (int skip = any((int)chars - n + 1) - 1; skip > 0; skip--)
		s += text_next(s, &c);
	for (int i = 0; i < n; i++)
		bytes += text_next(s + bytes, &c);
	snprintf(piece, sizeof piece, "%.*s", (int)bytes, s);
	return find(piece);
}

static size_t fragment_2(void) { return fragment(2); }
static size_t fragment_3(void) { return fragment(3); }
static size_t fragment_4(void) { return fragment(4); }
static size_t fragment_6(void) { return fragment(6); }

static size_t
two_words(void)
{
	char name[TEXT_BYTES(64)], words[TEXT_BYTES(64)];
	size_t n, m, at;
	uint32_t c;

	million_name(any(rows), name, sizeof name);
	n = text_next(name, &c);
	n += text_next(name + n, &c);
	at = strlen(name) / 2 / 3 * 3;
	m = text_next(name + at, &c);
	m += text_next(name + at + m, &c);
	snprintf(words, sizeof words, "%.*s %.*s", (int)n, name, (int)m, name + at);
	return find(words);
}

static size_t
by_person(void)
{
	char name[TEXT_BYTES(40)];

	million_agent(any(rows), name, sizeof name);
	return find(name);
}

static size_t
by_given_name(void)
{
	char name[TEXT_BYTES(40)];
	uint32_t c;

	million_agent(any(rows), name, sizeof name);
	return find(name + text_next(name, &c));
}

static size_t
by_code(void)
{
	char code[19];

	million_credit_code(any(rows), code);
	return find(code);
}

static size_t
by_mobile(void)
{
	char mobile[12];

	million_mobile(any(rows), mobile);
	return find(mobile);
}

static size_t
by_local_phone(void)
{
	char phone[16];

	million_phone(any(rows), phone);
	return find(phone + 5);
}

static size_t
by_serial(void)
{
	char serial[25];

	million_serial(any(rows), serial);
	return find(serial);
}

static size_t
by_end_of_number(void)
{
	char end[8];

	snprintf(end, sizeof end, "%04d", any(2800));
	return find(end);
}

/* ---- histories ---- */

static size_t
history_of(int64_t organisation)
{
	struct history *h = NULL;
	struct err e;
	size_t n;

	went(history_read(o, organisation, 0, false, 20, &h, &e), &e);
	n = h->n;
	history_free(h);
	return n;
}

static size_t any_history(void) { return history_of(any(rows)); }
static size_t long_history(void) { return history_of(any(rows > MILLION_AGAIN * MILLION_CASES ? MILLION_AGAIN : rows)); }

/* ---- show ---- */

static double
children_ms(void)
{
	struct rusage r;

	getrusage(RUSAGE_CHILDREN, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e3 + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e3;
}

static void
bench_show(void)
{
	struct queue_row row;
	double wall, derive, derive_cpu, shown, shown_cpu;
	struct err e;
	bool found;

	went(queue_row(o->db, rows / 2, &row, &found, &e) && found, &e);
	wall = now_ms();
	derive_cpu = clock_ms(CLOCK_THREAD_CPUTIME_ID);
	for (int i = 0; i < 10; i++) {
		unsigned char key[32];

		EVP_PBE_scrypt("password", 8, (const unsigned char *)"0123456789abcdef", 16, 1 << 15, 8, 1, 64u << 20, key, 32);
	}
	derive = (now_ms() - wall) / 10;
	derive_cpu = (clock_ms(CLOCK_THREAD_CPUTIME_ID) - derive_cpu) / 10;
	wall = now_ms();
	shown_cpu = children_ms();
	for (int i = 0; i < 10; i++)
		if (ra(w, "huang", "show", row.no, "--json", NULL) != 0)
			exit(1);
	shown = (now_ms() - wall) / 10;
	shown_cpu = (children_ms() - shown_cpu) / 10;
	printf("show: with %d applications %.1f ms, the password derivation %.1f ms of it: %.1f ms beyond; of the CPU %.1f ms beyond"
	    " (limit 15)\n", rows, shown, derive, shown - derive, shown_cpu - derive_cpu);
}

/* In a process of its own: what the filling needs of memory would make each later fork dear. */
static void
fill(void)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		million_fill(w, rows);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		exit(1);
}

void
bench_store(int applications)
{
	double t;

	rows = applications;
	w = world_new();
	t = now_ms();
	fill();
	printf("store: %d applications made in %.0f s\n", rows, (now_ms() - t) / 1e3);
	o = world_member(w, "chen");
	clerk = o->me.id;
	office_close(o);
	o = world_member(w, "huang");
	bench_show();
	measure("queue: what a reviewer may review", review_queue, 0);
	measure("queue: all, anywhere, either way", anywhere_in_all, 0);
	measure("queue: closed ones by mail, anywhere", anywhere_in_closed, 0);
	measure("queue: closed ones of one member's hands", closed_of_my_hands, 0);
	measure("queue: a filter that nothing passes", nowhere_in_closed, 0);
	measure("queue: counts of all states", counts, 0);
	measure("find: 2 characters of a name", fragment_2, 5);
	measure("find: 3 characters of a name", fragment_3, 5);
	measure("find: 4 characters of a name", fragment_4, 5);
	measure("find: 6 characters of a name", fragment_6, 5);
	measure("find: two words of a name", two_words, 5);
	measure("find: a person's name", by_person, 0);
	measure("find: a person's given name", by_given_name, 0);
	measure("find: credit code", by_code, 0);
	measure("find: mobile", by_mobile, 0);
	measure("find: phone without its area code", by_local_phone, 0);
	measure("find: serial of a certificate", by_serial, 0);
	measure("find: last four digits of a number", by_end_of_number, 0);
	measure("history: any organisation", any_history, 0);
	measure("history: 20 of 40 applications", long_history, 0);
	office_close(o);
	bench_console(w);
	world_free(w);
}
