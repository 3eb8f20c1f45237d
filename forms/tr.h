/*
 * What people read, in their language. The code says it in English; forms/zh.po holds the Chinese, built into the program.
 * A message without a translation is shown as it is (lint refuses a catalogue with gaps). One language per process.
 */
#ifndef FORMS_TR_H
#define FORMS_TR_H

#include "forms/names.h"

#include <stdbool.h>

/* "zh" or "en"; anything else, and a program that never says so: English. */
void tr_language(const char *code);
bool tr_english(void);
/* The message in the process's language; a format stays one (its order may differ: %2$s). */
const char *tr(const char *english) __attribute__((format_arg(1)));
/* The same in a given language, whatever the process's. */
const char *tr_in(bool in_english, const char *english) __attribute__((format_arg(2)));
/* Marks a message in a table for the catalogue; it is given to tr() where it is shown. */
#define N_(english) english
/* The shown name of row i of a list; "" outside of it. */
const char *tr_name(const struct name *table, int i);
/* The same by stored name; an unknown one is shown as it is. */
const char *tr_stored(const struct name *table, const char *stored);

#endif
