#include "tests/jpeg.h"

#include <stdlib.h>

/* What stands at a point of a picture of that size. */
typedef const unsigned char *(*point_fn)(int x, int y, int width, int height);

static const unsigned char white[4] = { 250, 250, 250, 250 }, red[4] = { 250, 20, 20, 20 }, black[4] = { 5, 5, 5, 5 };

static const unsigned char *
ring(int x, int y, int width, int height)
{
	int dx = x - width / 2, dy = y - height / 2, d = dx * dx + dy * dy, r = width * 2 / 5;

	return d < r * r && d > (r - 12) * (r - 12) ? red : white;
}

static const unsigned char *
sheet(int x, int y, int width, int height)
{
	int dx = x - width * 3 / 4, dy = y - height * 3 / 4, r = (width < height ? width : height) / 6;

	if (x < width / 2 && y < height / 8)
		return black;
	return dx * dx + dy * dy < r * r ? red : white;
}

static unsigned char *
encode(point_fn at, int width, int height, J_COLOR_SPACE space, unsigned long *n)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	unsigned char *out = NULL, *row = malloc((size_t)width * 4);

	if (!row)
		abort();
	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out, n);
	c.image_width = (JDIMENSION)width;
	c.image_height = (JDIMENSION)height;
	c.in_color_space = space;
	c.input_components = space == JCS_GRAYSCALE ? 1 : space == JCS_CMYK ? 4 : 3;
	jpeg_set_defaults(&c);
	c.density_unit = 1;
	c.X_density = c.Y_density = 300;
	jpeg_start_compress(&c, TRUE);
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++)
			for (int k = 0; k < c.input_components; k++)
				row[x * c.input_components + k] = at(x, y, width, height)[k];
		jpeg_write_scanlines(&c, (JSAMPROW[]){ row }, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	free(row);
	return out;
}

unsigned char *
make_jpeg(int width, int height, J_COLOR_SPACE space, unsigned long *n)
{
	return encode(ring, width, height, space, n);
}

unsigned char *
make_sheet(int width, int height, J_COLOR_SPACE space, unsigned long *n)
{
	return encode(sheet, width, height, space, n);
}

unsigned char *
jpeg_frame_size(unsigned char *jpeg, size_t n)
{
	for (size_t i = 2; i + 9 < n; i += 2 + (size_t)(jpeg[i + 2] << 8 | jpeg[i + 3]))
		if (jpeg[i + 1] >= 0xC0 && jpeg[i + 1] <= 0xC2)
			return jpeg + i + 5;
	abort();
}
