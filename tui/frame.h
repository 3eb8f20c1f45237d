/* One frame: the stack of screens, the top line, notices, the key bar; the help page. For tui/screen.c; the verbs that screens use
 * (notice, hint, screen_common, screen_status) are declared in tui/screen.h. */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

#include "tui/screen.h"

#define FRAME_BUSY_MS 100	/* from here on the clerk is told that a job works */

void frame_draw(void);
/* A key came: the notice goes. */
void frame_key(void);
/* A click on the key bar is the key that it names; others come back as they are. */
int frame_clicked(int key);
/* The action of this key that the topmost screen can use now, or NULL. */
const struct action *frame_find(const struct action *table, int key);
extern const struct action frame_always[];	/* F1 and what every screen has, login and lock too */
const struct action *frame_common(void);
bool frame_has_status(void);

#endif
