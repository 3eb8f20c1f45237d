/* Money: CNY as integer fen in int64_t, never floating point. Figures, capital Chinese and capital numerals. */
#ifndef FORMS_MONEY_H
#define FORMS_MONEY_H

#include "forms/err.h"
#include <stdint.h>

#define MONEY_MAX INT64_C(99999999999999)	/* 999,999,999,999.99 yuan */

/* "400", "400.5", "400.00", "1,234.56" (full-width digits too) -> fen. Refuses signs, more than two decimals, overflow. */
bool money_parse(const char *field, const char *s, int64_t *fen, struct err *e) MUST_USE;
/* 120000 -> "1200.00". */
void money_figures(int64_t fen, char *out, size_t outsz);
/* 120000 -> "1,200.00". */
void money_grouped(int64_t fen, char *out, size_t outsz);
/* 120000 -> "人民币壹仟贰佰元整"; with 角 and 分 and inner 零 as banks write it; 0 -> "人民币零元整". outsz >= 160. */
void money_capital(int64_t fen, char *out, size_t outsz);
/* 1..10 -> 壹 贰 叁 肆 伍 陆 柒 捌 玖 拾; NULL outside. */
const char *money_numeral(int n);

#endif
