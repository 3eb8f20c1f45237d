#include "tests/raster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "cannot %s\n", what);
		abort();
	}
}

static int
memory_file(const void *p, size_t n)
{
	int fd = memfd_create("pdf", 0);
	const char *at = p;

	must(fd >= 0, "make a memory file");
	while (n > 0) {
		ssize_t w = write(fd, at, n);

		must(w > 0, "write a memory file");
		at += w;
		n -= (size_t)w;
	}
	must(lseek(fd, 0, SEEK_SET) == 0, "rewind a memory file");
	return fd;
}

/* Runs the tool with the PDF as its standard input; its output, malloc'ed and ended by a NUL. */
static unsigned char *
tool(char *const argv[], const void *pdf, size_t n, size_t *out_n)
{
	int in = memory_file(pdf, n), out = memory_file("", 0), status;
	unsigned char *p;
	off_t size;
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid == 0) {
		dup2(in, 0);
		dup2(out, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	must(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0, argv[0]);
	size = lseek(out, 0, SEEK_END);
	p = malloc((size_t)size + 1);
	must(p && pread(out, p, (size_t)size, 0) == size, "read what the tool wrote");
	p[size] = '\0';
	*out_n = (size_t)size;
	close(in);
	close(out);
	return p;
}

void
raster_load(struct raster *r, const void *pdf, size_t n, int page, int dpi)
{
	char number[16], resolution[16];
	char *argv[] = { (char[]){ "pdftoppm" }, (char[]){ "-gray" }, (char[]){ "-f" }, number, (char[]){ "-l" }, number,
	    (char[]){ "-r" }, resolution, (char[]){ "-" }, NULL };
	size_t size;
	unsigned char *pgm;
	int max, at = 0;

	snprintf(number, sizeof number, "%d", page);
	snprintf(resolution, sizeof resolution, "%d", dpi);
	pgm = tool(argv, pdf, n, &size);
	must(sscanf((char *)pgm, "P5 %d %d %d%n", &r->width, &r->height, &max, &at) == 3 && max == 255, "read the pixels");
	must(size == (size_t)at + 1 + (size_t)r->width * (size_t)r->height, "read all pixels");
	memmove(pgm, pgm + at + 1, size - (size_t)at - 1);
	r->grey = pgm;
	r->scale = (float)dpi / 72;
}

void
raster_free(struct raster *r)
{
	free(r->grey);
	memset(r, 0, sizeof *r);
}

bool
raster_ink(const struct raster *r, float x, float y, float w, float h, int level, struct raster_box *ink)
{
	int x0 = (int)(x * r->scale), y0 = (int)(y * r->scale), x1 = (int)((x + w) * r->scale), y1 = (int)((y + h) * r->scale);
	int left = x1 + 1, right = -1, top = y1 + 1, bottom = -1;

	for (int py = y0 < 0 ? 0 : y0; py <= y1 && py < r->height; py++)
		for (int px = x0 < 0 ? 0 : x0; px <= x1 && px < r->width; px++)
			if (r->grey[(size_t)py * (size_t)r->width + (size_t)px] < level) {
				left = px < left ? px : left;
				right = px > right ? px : right;
				top = py < top ? py : top;
				bottom = py > bottom ? py : bottom;
			}
	if (right < 0)
		return false;
	*ink = (struct raster_box){ (float)left / r->scale, (float)top / r->scale, (float)(right - left + 1) / r->scale,
	    (float)(bottom - top + 1) / r->scale };
	return true;
}

int
raster_darkest(const struct raster *r, float x, float y, float w, float h)
{
	struct raster_box ink;
	int low = 0, high = 256;

	/* the smallest level at which there is ink, less one */
	while (low + 1 < high) {
		int mid = (low + high) / 2;

		if (raster_ink(r, x, y, w, h, mid, &ink))
			high = mid;
		else
			low = mid;
	}
	return high == 256 ? 255 : high - 1;
}

char *
raster_text(const void *pdf, size_t n, bool squeezed)
{
	char *argv[] = { (char[]){ "pdftotext" }, (char[]){ "-raw" }, (char[]){ "-enc" }, (char[]){ "UTF-8" }, (char[]){ "-" },
	    (char[]){ "-" }, NULL };
	size_t size;
	char *text = (char *)tool(argv, pdf, n, &size), *out = text;

	if (!squeezed)
		return text;
	for (const char *p = text; *p; p++) {
		if (strchr(" \n\r\f\t", *p))
			continue;
		if (strncmp(p, "\xe3\x80\x80", 3) == 0) {	/* ideographic space */
			p += 2;
			continue;
		}
		*out++ = *p;
	}
	*out = '\0';
	return text;
}
