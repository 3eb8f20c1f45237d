/* JPEG pictures for tests: a ring on white, as an imprint is; a sheet that shows which way it is turned. */
#ifndef TESTS_JPEG_H
#define TESTS_JPEG_H

#include <stdio.h>

#include <jpeglib.h>

/* malloc'ed; 300 dpi. space: JCS_GRAYSCALE, JCS_RGB or JCS_CMYK. */
unsigned char *make_jpeg(int width, int height, J_COLOR_SPACE space, unsigned long *n);
/* White, a black bar along the left half of the top eighth, a red disc in the middle of the lower right quarter. */
unsigned char *make_sheet(int width, int height, J_COLOR_SPACE space, unsigned long *n);
/* The bytes of the frame header's height and width (ITU-T T.81 B.2.2). */
unsigned char *jpeg_frame_size(unsigned char *jpeg, size_t n);

#endif
