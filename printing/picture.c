#include "printing/picture.h"

#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#define SIDE_MAX 20000u		/* pixels */
#define AREA_MAX 80000000u
#define SHOWN_MAX 1600u		/* longer side as printed: 600 dpi on a seal of 60 mm */
#define QUALITY 90

struct trouble {		/* libjpeg's way out of an error */
	struct jpeg_error_mgr jpeg;
	jmp_buf out;
	char text[JMSG_LENGTH_MAX];
};
struct pixels {
	size_t area, side;		/* wanted: no more points than that, no longer side */
	bool rgb;			/* wanted: three components even of a grey one */
	bool (*stop)(void *arg);	/* asked between rows; NULL: never */
	void *arg;
	unsigned char *p; unsigned width, height, depth; float width_mm;
	bool stopped;
};

static void
leave(j_common_ptr c)
{
	struct trouble *t = (struct trouble *)c->err;

	c->err->format_message(c, t->text);
	longjmp(t->out, 1);
}

/* A warning is a picture that is not whole. */
static void
warn(j_common_ptr c, int level)
{
	if (level < 0)
		leave(c);
}

static void
trouble_set(struct trouble *t)
{
	jpeg_std_error(&t->jpeg);
	t->jpeg.error_exit = leave;
	t->jpeg.emit_message = warn;
	t->text[0] = '\0';
}

static float
width_in_mm(const struct jpeg_decompress_struct *d)
{
	float dpi = d->density_unit == 1 ? d->X_density : d->density_unit == 2 ? (float)d->X_density * 2.54f : 0;

	return dpi >= 72 && dpi <= 2400 ? (float)d->image_width / dpi * 25.4f : 0;
}

static bool
size_good(const char *field, const struct jpeg_decompress_struct *d, struct err *e)
{
	if (d->image_width < 16 || d->image_height < 16 || d->image_width > SIDE_MAX || d->image_height > SIDE_MAX
	    || (size_t)d->image_width * d->image_height > AREA_MAX)
		return err_field(e, field, "the picture has %u × %u points: scan it with 300 dpi", d->image_width, d->image_height);
	if (d->num_components != 1 && d->num_components != 3)
		return err_field(e, field, "the picture is neither grey nor colour (RGB): scan it as a colour JPEG");
	return true;
}

static void
read_pixels(struct jpeg_decompress_struct *d, struct pixels *x)
{
	size_t longer = d->image_width > d->image_height ? d->image_width : d->image_height;
	size_t area = (size_t)d->image_width * d->image_height;

	d->scale_denom = 8;
	for (d->scale_num = 8; d->scale_num > 1 && (longer * d->scale_num / 8 > x->side
	    || area * d->scale_num * d->scale_num / 64 > x->area); d->scale_num--)
		;
	d->out_color_space = d->num_components == 1 && !x->rgb ? JCS_GRAYSCALE : JCS_RGB;
	d->dct_method = JDCT_ISLOW;
	jpeg_start_decompress(d);
	x->width = d->output_width;
	x->height = d->output_height;
	x->depth = (unsigned)d->output_components;
	x->p = malloc((size_t)x->width * x->height * x->depth);
	if (!x->p)
		return;
	while (d->output_scanline < d->output_height) {
		JSAMPROW row = x->p + (size_t)d->output_scanline * x->width * x->depth;

		x->stopped = x->stop && d->output_scanline % 64 == 0 && x->stop(x->arg);
		if (x->stopped)
			return;
		jpeg_read_scanlines(d, &row, 1);
	}
	jpeg_finish_decompress(d);
}

/* Reads the header, then (x not NULL) all pixels. */
static bool
decode(const char *field, const unsigned char *jpeg, size_t n, unsigned size[2], struct pixels *x, struct err *e)
{
	struct jpeg_decompress_struct d;
	struct trouble t;
	bool ok;

	trouble_set(&t);
	d.err = &t.jpeg;
	jpeg_create_decompress(&d);
	if (setjmp(t.out) != 0) {
		jpeg_destroy_decompress(&d);
		if (x) {
			free(x->p);
			x->p = NULL;
		}
		err_field(e, field, "the picture is damaged or not whole: scan it again");
		return err_detail(e, "%s", t.text);
	}
	jpeg_mem_src(&d, jpeg, n);
	jpeg_read_header(&d, TRUE);
	ok = size_good(field, &d, e);
	size[0] = d.image_width;
	size[1] = d.image_height;
	if (ok && x) {
		x->width_mm = width_in_mm(&d);
		read_pixels(&d, x);
		ok = x->p ? !x->stopped || err_later(e, "stopped") : err_internal(e, "out of memory");
	}
	jpeg_destroy_decompress(&d);
	return ok;
}

static bool
encode(const struct pixels *x, unsigned char **out, unsigned long *n, struct err *e)
{
	struct jpeg_compress_struct c;
	struct trouble t;

	trouble_set(&t);
	c.err = &t.jpeg;
	jpeg_create_compress(&c);
	if (setjmp(t.out) != 0) {
		jpeg_destroy_compress(&c);
		*out = NULL;	/* libjpeg may have moved it without saying so: lost rather than freed twice */
		return err_internal(e, "the picture cannot be made ready for printing");
	}
	jpeg_mem_dest(&c, out, n);
	c.image_width = x->width;
	c.image_height = x->height;
	c.input_components = (int)x->depth;
	c.in_color_space = x->depth == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, QUALITY, TRUE);
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < c.image_height) {
		JSAMPROW row = x->p + (size_t)c.next_scanline * x->width * x->depth;

		jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	return true;
}

static bool
is_jpeg(const char *field, const unsigned char *jpeg, size_t n, struct err *e)
{
	if (n >= 8 && memcmp(jpeg, "\x89PNG\r\n\x1a\n", 8) == 0)
		return err_field(e, field, "the picture is a PNG: scan it as JPEG");
	if (n < 4 || memcmp(jpeg, "\xff\xd8\xff", 3) != 0)
		return err_field(e, field, "the picture is not a JPEG: scan it as JPEG");
	return true;
}

bool
picture_take(const char *field, const unsigned char *jpeg, size_t n, struct picture *out, struct err *e)
{
	struct pixels x = { .area = AREA_MAX, .side = SHOWN_MAX };
	unsigned char *made = NULL;
	unsigned long made_n = 0;
	unsigned size[2];
	bool ok = is_jpeg(field, jpeg, n, e) && decode(field, jpeg, n, size, &x, e) && encode(&x, &made, &made_n, e);

	free(x.p);
	if (!ok) {
		free(made);
		return false;
	}
	*out = (struct picture){ made, made_n, x.width, x.height, x.width_mm };
	return true;
}

bool
picture_good(const char *field, const unsigned char *jpeg, size_t n, struct err *e)
{
	struct pixels x = { .area = AREA_MAX, .side = SHOWN_MAX };
	unsigned size[2];
	bool ok = is_jpeg(field, jpeg, n, e) && decode(field, jpeg, n, size, &x, e);

	free(x.p);
	return ok;
}

/* Half as wide and high: each point the mean of four. */
static void
halve(const struct picture_level *from, struct picture_level *to)
{
	size_t row = (size_t)from->width * 3;
	unsigned char *q = to->rgb;

	for (unsigned y = 0; y < to->height; y++) {
		const unsigned char *p = from->rgb + 2 * y * row;

		for (unsigned x = 0; x < to->width; x++, p += 6)
			for (int c = 0; c < 3; c++)
				*q++ = (unsigned char)((p[c] + p[c + 3] + p[c + row] + p[c + row + 3] + 2) / 4);
	}
}

bool
picture_look(const struct picture_wish *w, const unsigned char *jpeg, size_t n, struct picture_levels *out, struct err *e)
{
	struct pixels x = { .area = w->most, .side = SIDE_MAX, .rgb = true, .stop = w->stop, .arg = w->arg };
	struct picture_levels l = { 0 };
	bool ok = is_jpeg(w->field, jpeg, n, e) && decode(w->field, jpeg, n, l.size, &x, e);

	l.at[0] = (struct picture_level){ x.p, x.width, x.height };
	for (l.n = 1; ok && l.n < PICTURE_LEVELS; l.n++) {
		const struct picture_level *from = &l.at[l.n - 1];
		struct picture_level *to = &l.at[l.n];

		if (!from->rgb || from->width < 64 || from->height < 64)
			break;
		to->width = from->width / 2;
		to->height = from->height / 2;
		to->rgb = malloc((size_t)to->width * to->height * 3);
		if (!to->rgb)
			break;		/* the larger ones do as well, only more slowly */
		halve(from, to);
	}
	if (ok)
		*out = l;
	else
		picture_forget(&l);
	return ok;
}

void
picture_forget(struct picture_levels *l)
{
	for (int i = 0; i < l->n; i++)
		OPENSSL_clear_free(l->at[i].rgb, (size_t)l->at[i].width * l->at[i].height * 3);
	memset(l, 0, sizeof *l);
}

bool
picture_size(const char *field, const unsigned char *jpeg, size_t n, unsigned *width, unsigned *height, struct err *e)
{
	unsigned size[2];

	if (!is_jpeg(field, jpeg, n, e) || !decode(field, jpeg, n, size, NULL, e))
		return false;
	*width = size[0];
	*height = size[1];
	return true;
}

void
picture_free(struct picture *p)
{
	free((void *)(uintptr_t)p->jpeg);
	memset(p, 0, sizeof *p);
}
