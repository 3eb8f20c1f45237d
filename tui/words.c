#include "tui/words.h"

#include "forms/tr.h"

#include <stdio.h>
#include <string.h>

void
when_ago(int64_t t, char *out, size_t outsz)
{
	int64_t s = when_now() - t;

	if (s < 0)
		s = 0;
	if (t == 0)
		out[0] = '\0';
	else if (s < 3600)
		snprintf(out, outsz, tr("%d min"), (int)(s / 60));
	else if (s < 48 * 3600)
		snprintf(out, outsz, tr("%d h"), (int)(s / 3600));
	else
		snprintf(out, outsz, tr("%d d"), (int)(s / 86400));
}

int
days_left(int64_t t)
{
	return (int)((day_start(day_of(t)) - day_start(day_of(when_now()))) / 86400);
}

void
when_short(int64_t t, char out[20])
{
	out[0] = '\0';
	if (t == 0)
		return;
	when_show(t, out);
	out[16] = '\0';		/* without the seconds */
}

const char *
weekday_of(int64_t t)
{
	static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat") };

	/* 1 January 1970 was a Thursday */
	return tr(days[(day_start(day_of(t)) / 86400 + 1 + 4) % 7]);
}

void
field_words(const struct field *f, const struct scheme *s, const struct record *r, int user, bool open, char *out, size_t outsz)
{
	struct name name;

	(open ? field_show : field_show_masked)(f, r, user, out, outsz);
	if (f->kind == FIELD_YESNO && out[0])
		snprintf(out, outsz, "%s", strcmp(out, "yes") == 0 ? tr("yes") : tr("no"));
	else if (f->kind == FIELD_CHOICE)
		snprintf(out, outsz, "%s", tr_stored(f->names, field_member(f, r, user)));
	else if (s && strcmp(f->id, "scheme") == 0)
		snprintf(out, outsz, "%s", scheme_title(s));
	else
		for (size_t i = 0; s && scheme_name_at(s, f->id, i, &name); i++)
			if (strcmp(name.stored, out) == 0) {
				snprintf(out, outsz, "%s", name.zh);
				break;
			}
}

void
serial_tail(const char *serial, char *out, size_t outsz)
{
	size_t n = strlen(serial);

	snprintf(out, outsz, "%s%s", n > 8 ? ".." : "", serial + (n > 8 ? n - 8 : 0));
}

const char *
service_title(const struct record_head *h)
{
	static char ring[2][120];
	static unsigned turn;
	char *out = ring[turn++ & 1];

	snprintf(out, sizeof ring[0], "%s%s%s", tr_stored(service_names, h->service), h->reason[0] ? "-" : "",
	    tr_stored(reason_names, h->reason));
	return out;
}

const char *
member_name(struct office *o, int64_t id)
{
	static char ring[4][sizeof ((struct member *)0)->name];
	static unsigned turn;
	char *out = ring[turn++ & 3];
	struct member m;
	struct err ignored;
	bool found;

	out[0] = '\0';
	if (id != 0 && staff_load(o->db, id, &m, &found, &ignored) && found)
		snprintf(out, sizeof ring[0], "%s", m.name);
	return out;
}

const char *
scheme_title(const struct scheme *s)
{
	return tr_english() ? s->en : s->zh;
}
