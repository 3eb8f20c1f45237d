/* Drafts: what is typed comes back, also after a kill at any moment; nobody reads them without the keys, or another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/draft.h"
#include "tests/support.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct world *w;
static struct office *chen, *li;
static struct draft *d, *back;

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	li = world_member(w, "li");
	d = calloc(1, sizeof *d);
	back = calloc(1, sizeof *back);
	return !d || !back;
}

static int
tear_down(void **state)
{
	(void)state;
	free(d);
	free(back);
	office_close(chen);
	office_close(li);
	world_free(w);
	return 0;
}

static void
type(struct draft *draft, const char *id, const char *text)
{
	struct err e;
	int user;
	const struct field *f = field_find(id, &user);

	if (user >= draft->record.users)
		draft->record.users = user + 1;
	went(f && field_set(f, &draft->record, user, text, strlen(text), &e), &e);
}

static void
begin(struct draft *draft)
{
	memset(draft, 0, sizeof *draft);
	record_clear(&draft->record);
	type(draft, "scheme", "dongguan");
	type(draft, "service", "new");
}

static void
drop_all(struct office *o)
{
	struct draft_line l[100];
	struct err e;
	size_t n;

	went(draft_list(o, l, 100, &n, &e), &e);
	for (size_t i = 0; i < n; i++)
		went(draft_drop(o, l[i].id, &e), &e);
	went(draft_list(o, l, 100, &n, &e), &e);
	assert_int_equal(n, 0);
}

static void
what_was_typed_comes_back_right_or_not(void **st)
{
	static const char *const typed[][2] = {
		{ "org.name", "𠮷野家（东莞）有限公司" }, { "org.credit_code", "9135" }, { "org.phone", "0769-2238" }, { "years", "3" },
		{ "agent.id_no", "110105194912" }, { "agent.mobile", "138" }, { "cross_border", "no" }, { "seal.type", "official" },
		{ "remark", "\"引号\\反斜线\"" }, { "client_ref", "x-1" }, { "user.2.name", "刘晓彤" }, { "user.1.mobile", "13" },
	};
	struct draft_line l[8];
	struct err e;
	size_t n;

	(void)st;
	begin(d);
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
		type(d, typed[i][0], typed[i][1]);
	snprintf(d->here, sizeof d->here, "agent.id_no");
	went(draft_save(chen, d, &e), &e);
	assert_true(d->id[0] != '\0');
	went(draft_load(chen, d->id, back, &e), &e);
	assert_true(record_same(&d->record, &back->record));
	assert_string_equal(back->record.org.name, "𠮷野家（东莞）有限公司");
	assert_string_equal(back->record.user[1].name, "刘晓彤");
	assert_int_equal(back->record.head.years, 3);
	assert_int_equal(back->record.seal.diameter_mm, RECORD_UNSET);
	assert_string_equal(back->here, "agent.id_no");
	assert_string_equal(back->no, "");
	/* saved again under the same id */
	type(d, "years", "5");
	went(draft_save(chen, d, &e), &e);
	went(draft_list(chen, l, 8, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_string_equal(l[0].id, d->id);
	assert_string_equal(l[0].org_name, "𠮷野家（东莞）有限公司");
	assert_string_equal(l[0].service, "new");
	assert_string_equal(l[0].scheme, "dongguan");
	assert_false(l[0].damaged);
	/* in another run of the program */
	office_close(chen);
	chen = world_member(w, "chen");
	went(draft_load(chen, d->id, back, &e), &e);
	assert_int_equal(back->record.head.years, 5);
	/* applied: gone */
	went(draft_drop(chen, d->id, &e), &e);
	went(draft_drop(chen, d->id, &e), &e);
	assert_false(draft_load(chen, d->id, back, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
}

static void
an_edit_is_found_by_its_number_and_tells_the_version_it_began_on(void **st)
{
	char no[APP_NO_MAX];
	struct err e;
	bool found;

	(void)st;
	world_draft(w, chen, NULL, no);
	begin(d);
	went(draft_of(chen, no, back, &found, &e), &e);
	assert_false(found);
	snprintf(d->no, sizeof d->no, "%s", no);
	d->version = 7;
	went(draft_save(chen, d, &e), &e);
	went(draft_of(chen, no, back, &found, &e), &e);
	assert_true(found);
	assert_int_equal(back->version, 7);
	assert_string_equal(back->no, no);
	assert_string_equal(back->id, d->id);
	/* another clerk's edit of the same one is another draft */
	went(draft_of(li, no, back, &found, &e), &e);
	assert_false(found);
	drop_all(chen);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'edit'"), 0);
}

/* Everything in the file, for looking for words that may not stand there. */
static size_t
raw(const char *login, const char *id, char *out, size_t outsz)
{
	char path[300];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/drafts/%s/%s", w->home, login, id);
	f = fopen(path, "re");
	n = f ? fread(out, 1, outsz, f) : 0;
	if (f)
		fclose(f);
	return n;
}

static void
a_draft_opens_only_with_the_keys_for_its_member_and_whole(void **st)
{
	char bytes[4096], path[300], other[300];
	struct draft_line l[8];
	struct stat info;
	struct err e;
	size_t n;
	FILE *f;

	(void)st;
	begin(d);
	type(d, "org.name", "东莞市松湖精密制造有限公司");
	type(d, "agent.id_no", "11010519491231002X");
	went(draft_save(chen, d, &e), &e);
	n = raw("chen", d->id, bytes, sizeof bytes);
	assert_true(n > 100);
	assert_null(memmem(bytes, n, "11010519491231002X", 18));
	assert_null(memmem(bytes, n, "松湖", strlen("松湖")));
	snprintf(path, sizeof path, "%s/drafts/chen/%s", w->home, d->id);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	/* copied into another member's folder it is nobody's */
	begin(back);
	went(draft_save(li, back, &e), &e);
	snprintf(other, sizeof other, "%s/drafts/li/%s", w->home, d->id);
	assert_int_equal(run(w, "cp", path, other, NULL), 0);
	assert_false(draft_load(li, d->id, back, &e));
	assert_non_null(strstr(e.text, "not yours"));
	went(draft_list(li, l, 8, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_true(l[0].damaged != l[1].damaged);
	drop_all(li);
	/* cut, changed, empty: told, listed, dropped */
	for (int i = 0; i < 3; i++) {
		n = raw("chen", d->id, bytes, sizeof bytes);
		bytes[n / 2] ^= 1;
		f = fopen(path, "we");
		assert_int_equal(fwrite(bytes, 1, i == 0 ? n : i == 1 ? n / 2 : 0, f), i == 0 ? n : i == 1 ? n / 2 : 0);
		fclose(f);
		assert_false(draft_load(chen, d->id, back, &e));
		assert_non_null(strstr(e.text, "damaged"));
		went(draft_list(chen, l, 8, &n, &e), &e);
		assert_int_equal(n, 1);
		assert_true(l[0].damaged && l[0].at > 0);
		went(draft_save(chen, d, &e), &e);	/* the form that is still there mends it */
		went(draft_load(chen, d->id, back, &e), &e);
	}
	/* an id is never a path */
	assert_false(draft_load(chen, "../li/x", back, &e));
	assert_false(draft_load(chen, "", back, &e));
	assert_false(draft_drop(chen, "..", &e));
	drop_all(chen);
}

static void
one_too_many_is_told_with_the_oldest_and_drops_nothing(void **st)
{
	struct draft_line l[100];
	char oldest[DRAFT_ID_MAX] = "";
	struct err e;
	size_t n;

	(void)st;
	for (int i = 0; i < DRAFT_MAX; i++) {
		begin(d);
		type(d, "org.name", i == 0 ? "最早有限公司" : "其它有限公司");
		went(draft_save(chen, d, &e), &e);
		if (i == 0) {
			snprintf(oldest, sizeof oldest, "%s", d->id);
			sleep(1);	/* its second is its own */
		}
	}
	begin(back);
	assert_false(draft_save(chen, back, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
	assert_non_null(strstr(e.text, "最早有限公司"));
	assert_string_equal(back->id, "");
	went(draft_save(chen, d, &e), &e);		/* one of the fifty */
	went(draft_save(li, back, &e), &e);		/* another member's count is another */
	went(draft_list(chen, l, 100, &n, &e), &e);
	assert_int_equal(n, DRAFT_MAX);
	assert_string_equal(l[n - 1].id, oldest);
	went(draft_list(chen, l, 3, &n, &e), &e);
	assert_int_equal(n, 3);
	went(draft_drop(chen, oldest, &e), &e);
	begin(back);
	went(draft_save(chen, back, &e), &e);
	drop_all(chen);
	drop_all(li);
}

/* Saves again and again; *told is the value of the last saving that returned. */
static void
save_until_killed(const char *id, volatile int *told)
{
	struct office *o = world_member(w, "chen");
	struct draft *mine = calloc(1, sizeof *mine);
	char text[24];
	struct err e;

	begin(mine);
	snprintf(mine->id, sizeof mine->id, "%s", id);
	for (int i = 1;; i++) {
		snprintf(text, sizeof text, "%d", i);
		for (int user = 0; user < 20; user++) {
			char field[24];

			snprintf(field, sizeof field, "user.%d.name", user + 1);
			type(mine, field, text);
		}
		went(draft_save(o, mine, &e), &e);
		*told = i;
	}
}

static void
a_kill_at_any_moment_leaves_the_last_saving_whole(void **st)
{
	volatile int *told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct err e;
	int saves = 0;

	(void)st;
	begin(d);
	went(draft_save(chen, d, &e), &e);
	for (int round = 0; round < 12; round++) {
		char want[24];
		pid_t pid;
		long got;

		*told = 0;
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			save_until_killed(d->id, told);
		while (*told < 3)
			usleep(500);
		usleep((useconds_t)(1000 + round * 731));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		went(draft_load(chen, d->id, back, &e), &e);
		got = strtol(back->record.user[0].name, NULL, 10);
		assert_true(got >= *told && got <= *told + 1);
		snprintf(want, sizeof want, "%ld", got);
		for (int user = 0; user < 20; user++)
			assert_string_equal(back->record.user[user].name, want);
		saves += *told;
	}
	assert_true(saves > 36);
	/* nothing is left beside it but, at most, one half file, which goes with it */
	drop_all(chen);
	assert_int_equal(run(w, "sh", "-c", "ls -A \"$0\"/drafts/chen | wc -l", w->home, NULL), 0);
	assert_int_equal(strtol(w->out, NULL, 10), 0);
	munmap((void *)(uintptr_t)told, sizeof *told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_typed_comes_back_right_or_not),
		cmocka_unit_test(an_edit_is_found_by_its_number_and_tells_the_version_it_began_on),
		cmocka_unit_test(a_draft_opens_only_with_the_keys_for_its_member_and_whole),
		cmocka_unit_test(one_too_many_is_told_with_the_oldest_and_drops_nothing),
		cmocka_unit_test(a_kill_at_any_moment_leaves_the_last_saving_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
