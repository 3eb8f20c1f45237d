#include "tests/jpeg.h"

#include <stdlib.h>

unsigned char *
make_jpeg(int width, int height, J_COLOR_SPACE space, unsigned long *n)
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
		for (int x = 0; x < width * c.input_components; x++) {
			int px = x / c.input_components, dx = px - width / 2, dy = y - height / 2, d = dx * dx + dy * dy, r = width * 2 / 5;

			/* a red ring on white */
			row[x] = d < r * r && d > (r - 12) * (r - 12) && x % c.input_components != 0 ? 20 : 250;
		}
		jpeg_write_scanlines(&c, (JSAMPROW[]){ row }, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	free(row);
	return out;
}

unsigned char *
jpeg_frame_size(unsigned char *jpeg, size_t n)
{
	for (size_t i = 2; i + 9 < n; i += 2 + (size_t)(jpeg[i + 2] << 8 | jpeg[i + 3]))
		if (jpeg[i + 1] >= 0xC0 && jpeg[i + 1] <= 0xC2)
			return jpeg + i + 5;
	abort();
}
