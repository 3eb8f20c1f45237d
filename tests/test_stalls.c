/* What stands still around a console: a terminal that does not read, a disk that is full, a store that others hold or that is
 * away. Keys are answered, what is wrong is said in words, nothing typed is lost, and afterwards it goes on. */
#include "tests/clerk.h"

#include "forms/idnumber.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTER VTERM_KEY_ENTER
#define F(n) VTERM_KEY_FUNCTION(n)

static struct world *w;

static int
setup(void **state)
{
	(void)state;
	w = world_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* A form of an organisation that nobody has had, filled in so that F2 takes it. */
static void
fill_form(struct term *t)
{
	static int next;
	char code[32];
	const char *rest[] = { "东莞市松山湖园区科技十路2号\r", "0769-22380830\r", "刘晓彤\r", "13800138000\r", "liu@example.com\r", "\r",
		"11010519491231002X\r", "东莞市松山湖园区科技十路2号\r" };

	snprintf(code, sizeof code, "91441900%08d", 60000000 + ++next);
	code[16] = id_org_code_check(code + 8);
	code[17] = id_credit_code_check(code);
	code[18] = '\r';
	code[19] = '\0';
	term_press(t, F(2));
	term_press(t, F(2));
	term_type(t, "2\r");
	term_type(t, "东莞市谢岗镇银湖电子厂\r");
	term_type(t, code);
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		term_type(t, rest[i]);
}

/* ---- a terminal that does not read ---- */

/* Resident memory in KB. */
static long
memory_of(pid_t pid)
{
	char path[64];
	long pages = 0, resident = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &pages, &resident), 2);
	fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* So many whole frames that what the line holds is full long before. */
static void
stop_reading(struct term *t)
{
	for (int i = 0; i < 400; i++) {
		term_send(t, "\f");
		usleep(2000);
	}
}

static void
a_terminal_that_does_not_read_is_not_waited_for(void **state)
{
	struct term *t = clerk_at_work(w, "li", 50, 200);
	unsigned long read;
	long held, begun;

	(void)state;
	term_press(t, F(2));
	term_press(t, F(2));
	term_type(t, "2\r");
	stop_reading(t);
	held = memory_of(t->pid);
	term_send(t, "东莞市");
	stop_reading(t);
	term_send(t, "洪梅镇");
	assert_in_range(memory_of(t->pid), 0, held + 4096);
	/* it reads again, and sees what is there now */
	begun = ms_now();
	read = t->bytes;
	term_barrier(t);
	term_see(t, "[东莞市洪梅镇 ");
	read = t->bytes - read;
	printf("          caught up in %ld ms with %lu bytes\n", ms_now() - begun, read);
	assert_in_range(read, 2000, 300000);	/* what the line held, not eight hundred frames */
	/* it never does: whoever ends the console does not wait for it, and the draft is kept */
	stop_reading(t);
	term_send(t, "纸厂");
	usleep(100000);
	begun = ms_now();
	kill(t->pid, SIGTERM);
	while (!t->ended && ms_now() - begun < 10000) {
		t->ended = waitpid(t->pid, &t->status, WNOHANG) == t->pid;
		usleep(10000);
	}
	assert_true(t->ended);
	term_free(t);
	t = clerk_at_work(w, "li", 24, 80);
	clerk_takes(t, "未填完 1");
	term_see(t, "[东莞市洪梅镇纸厂 ");
	term_type(t, "\030y");
	term_free(t);
}

/* ---- a full disk ---- */

static void
full(bool on)
{
	char path[160];

	snprintf(path, sizeof path, "%s/full", w->dir);
	if (on)
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	else
		unlink(path);
}

/* What is started from now on finds its disk full while full() is on. */
static void
small_disk(bool on)
{
	static char flag[160];

	snprintf(flag, sizeof flag, "%s/full", w->dir);
	setenv("FULL_FLAG", flag, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 0);
	term_preload(on ? built("tests/fullshim.so") : NULL);
}

static void
on_a_full_disk_nothing_typed_is_lost_and_it_goes_on_with_room(void **state)
{
	int before = sql_int(w, "SELECT count(*) FROM application");
	struct term *t;

	(void)state;
	small_disk(true);
	t = clerk_at_work(w, "li", 24, 80);
	small_disk(false);
	full(true);
	fill_form(t);
	assert_true(term_awaits(t, "磁盘已满", 8000));	/* the draft, by itself */
	term_see(t, "表单未能暂存");
	term_type(t, "\033");				/* not left while it cannot be kept */
	term_see(t, "磁盘已满");
	term_see(t, "东莞市谢岗镇银湖电子厂");
	term_press(t, F(10));
	term_type(t, "q");
	term_type(t, "y");				/* nor by leaving the console */
	term_see(t, "磁盘已满");
	term_see(t, "东莞市谢岗镇银湖电子厂");
	term_press(t, F(2));
	term_see(t, "磁盘已满");
	term_see(t, "东莞市谢岗镇银湖电子厂");
	term_see(t, "11010519491231002X");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), before);
	/* whoever sits there may look and lock meanwhile */
	term_press(t, F(9));
	term_see(t, "已锁定");
	term_type(t, clerk_password(w, "li"));
	term_press(t, ENTER);
	term_see(t, "东莞市谢岗镇银湖电子厂");
	full(false);
	assert_true(term_awaits(t, "草稿已存", 8000));
	term_press(t, F(2));
	term_see(t, "已受理");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), before + 1);
	term_free(t);
	audit_is_whole(w);
}

static void
started_on_a_full_disk_it_says_so(void **state)
{
	const char *argv[] = { built("ra"), "--home", w->home, "console", NULL };
	struct term *t;

	(void)state;
	full(true);
	small_disk(true);
	t = term_start(24, 80, argv);
	small_disk(false);
	assert_true(term_ended(t, 10000));
	assert_int_equal(t->status, 3 << 8);
	term_see(t, "磁盘已满");
	term_free(t);
	full(false);
}

/* ---- a store that others hold, or that is away ---- */

/* Without a barrier: that is answered after what is waited for. */
static bool
shows_soon(struct term *t, const char *text)
{
	for (long end = ms_now() + 3000; ms_now() < end && !term_shows(t, text, NULL, NULL);)
		term_read(t, 20);
	return term_shows(t, text, NULL, NULL);
}

static void
while_others_hold_the_store_keys_are_answered(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);
	char gate[160];
	long begun;
	int fd;

	(void)state;
	fill_form(t);
	snprintf(gate, sizeof gate, "%s/ra.db.gate0", w->home);
	fd = open(gate, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	for (int i = 0; i < 20; i++) {
		begun = ms_now();
		term_press(t, i % 2 == 0 ? VTERM_KEY_UP : VTERM_KEY_DOWN);
		assert_in_range(ms_now() - begun, 0, 5000);	/* blocked it would be half a minute */
	}
	/* what has to be stored waits, and says so; the window may change meanwhile, keys come after it */
	term_send(t, "\033OQ");
	assert_true(shows_soon(t, "正在保存"));
	term_size(t, 30, 100);
	assert_true(shows_soon(t, "正在保存"));
	term_send(t, "\r");
	term_read(t, 1500);
	assert_true(shows_soon(t, "正在保存"));
	flock(fd, LOCK_UN);
	close(fd);
	term_barrier(t);
	term_see(t, "已受理");
	term_free(t);
}

static void
a_store_that_is_away_is_told_and_found_again(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);
	char here[160], away[160];

	(void)state;
	fill_form(t);
	snprintf(here, sizeof here, "%s/ra.db", w->home);
	snprintf(away, sizeof away, "%s/away.db", w->dir);
	assert_int_equal(rename(here, away), 0);
	term_press(t, F(2));
	term_see(t, "数据库文件已移走或被替换");
	term_see(t, "东莞市谢岗镇银湖电子厂");
	assert_int_equal(rename(away, here), 0);
	term_press(t, F(2));
	term_see(t, "已受理");
	term_free(t);
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_that_does_not_read_is_not_waited_for),
		cmocka_unit_test(on_a_full_disk_nothing_typed_is_lost_and_it_goes_on_with_room),
		cmocka_unit_test(started_on_a_full_disk_it_says_so),
		cmocka_unit_test(while_others_hold_the_store_keys_are_answered),
		cmocka_unit_test(a_store_that_is_away_is_told_and_found_again),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
