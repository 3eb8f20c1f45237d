/* print: an application's papers, to a file or to a printer. */
#include "forms/json.h"
#include "ra/application.h"
#include "ra/print.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_SHOWN 50

static void
put_job(struct json *j, const struct printjob *x)
{
	char at[21];

	when_iso(x->made_at, at);
	json_open_object(j, NULL);
	json_int(j, "job", x->id);
	json_text(j, "paper", x->paper);
	json_int(j, "copies", x->copies);
	json_text(j, "state", print_state_names[x->state].stored);
	json_text(j, "target", x->target);
	json_text(j, "reason", x->why[0] ? x->why : NULL);
	json_text(j, "error", x->error[0] ? x->error : NULL);
	json_text(j, "at", at);
	json_end(j);
}

static bool
print_json(const enum paper *paper, size_t papers, const struct printjob *job, size_t jobs, struct err *e)
{
	struct json *j = json_new();
	bool ok;

	json_open_object(j, NULL);
	json_open_array(j, "papers");
	for (size_t i = 0; i < papers; i++)
		json_text(j, NULL, paper_names[paper[i]].stored);
	json_end(j);
	json_open_array(j, "jobs");
	for (size_t i = 0; i < jobs; i++)
		put_job(j, &job[i]);
	json_end(j);
	json_end(j);
	ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
	json_free(j);
	return ok;
}

static void
print_lines(const enum paper *paper, size_t papers, const struct printjob *job, size_t jobs)
{
	char at[20];

	for (size_t i = 0; i < papers; i++)
		printf("%-18s %s\n", paper_names[paper[i]].stored, tr_name(paper_names, (int)paper[i]));
	for (size_t i = 0; i < jobs; i++) {
		when_show(job[i].made_at, at);
		printf("  %s %-18s × %d  %s  %s%s%s\n", at, job[i].paper, job[i].copies, tr_name(print_state_names, (int)job[i].state),
		    job[i].target, job[i].error[0] ? "  " : "", job[i].error);
	}
}

/* What can be printed now, and what was. */
static bool
print_list(struct office *o, const struct args *args, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct printjob *job = calloc(JOBS_SHOWN, sizeof *job);
	enum paper paper[PAPER_N];
	size_t papers = 0, jobs = 0;
	bool ok = a && job && office_may(o, ACT_SHOW, e) && application_load(o, args->at[0], a, e)
	    && print_jobs(o, a, job, JOBS_SHOWN, &jobs, e);

	if (ok) {
		papers = print_papers(o, a, paper);
		if (args->json)
			ok = print_json(paper, papers, job, jobs, e);
		else
			print_lines(paper, papers, job, jobs);
	}
	free(job);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

static bool
tell(const struct printjob *job, bool as_json, struct err *e)
{
	struct json *j;
	bool ok;

	if (!as_json) {
		printf("%s\n", job->target);
		return true;
	}
	j = json_new();
	put_job(j, job);
	ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
	json_free(j);
	return ok;
}

static bool
run_print(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct print_order order = { .file = args_option(a, "out"), .printer = args_option(a, "printer"),
	    .reason = args_option(a, "reason") };
	int paper = a->n > 1 ? name_index(paper_names, a->at[1]) : -1;
	struct printjob job;
	int64_t copies;

	(void)problems;
	if (a->n == 1)
		return print_list(o, a, e);
	if (paper < 0)
		return err_field(e, "page", "there is no page '%s': `ra print %s` lists the ones it has", a->at[1], a->at[0]);
	if (a->n == 4 && strcmp(a->at[2], "-o") == 0 && !order.file)
		order.file = a->at[3];
	else if (a->n != 2)
		return err_usage(e, "usage: ra print %s", command_print.usage);
	if (order.file && order.printer)
		return err_usage(e, "either a file or --printer");
	if (!args_int(a, "copies", 0, &copies, e))
		return false;
	if (args_option(a, "copies") && (copies < 1 || copies > PAPER_COPIES_MAX))
		return err_field(e, "copies", "1 to %d copies, not %lld", PAPER_COPIES_MAX, (long long)copies);
	order.paper = (enum paper)paper;
	order.copies = (int)copies;
	return print_paper(o, a->at[0], &order, &job, e) && tell(&job, a->json, e);
}
const struct command command_print = { "print", "NO [PAGE [-o FILE.pdf | --printer Q] [--copies N] [--reason R]]",
	"out= printer= copies= reason=", N_("print a page; without one: which there are, and what was printed"), NEEDS_LOGIN, 1, 4,
	run_print };
