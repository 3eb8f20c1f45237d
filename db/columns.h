/*
 * Column names of the record, for db/application.c only: included where a list of string literals is wanted, with
 * COLUMN_AS(column) saying what becomes of one; COLUMN_USERS asks for the users' columns. Both are undefined after.
 * No guard: it is meant to be included again and again, in the order of the table `fields`.
 */
#define TEXT(m, max, zh, en, flags, check) COLUMN_AS(COLUMN_PREFIX #m)
#define NUMBER(m, low, high, zh, en, flags, check) COLUMN_AS(COLUMN_PREFIX #m)
#define YESNO(m, zh, en, flags, check) COLUMN_AS(COLUMN_PREFIX #m)
#define CHOICE(m, names, zh, en, flags, check) COLUMN_AS(COLUMN_PREFIX #m)
#ifdef COLUMN_USERS
#define COLUMN_PREFIX "user_"
#include "forms/record/user.def"
#undef COLUMN_PREFIX
#else
#define COLUMN_PREFIX ""
#include "forms/record/head.def"
#undef COLUMN_PREFIX
#define COLUMN_PREFIX "org_"
#include "forms/record/org.def"
#undef COLUMN_PREFIX
#define COLUMN_PREFIX "agent_"
#include "forms/record/agent.def"
#undef COLUMN_PREFIX
#define COLUMN_PREFIX "recipient_"
#include "forms/record/recipient.def"
#undef COLUMN_PREFIX
#define COLUMN_PREFIX "seal_"
#include "forms/record/seal.def"
#undef COLUMN_PREFIX
#define COLUMN_PREFIX "invoice_"
#include "forms/record/invoice.def"
#undef COLUMN_PREFIX
#define COLUMN_PREFIX "pay_"
#include "forms/record/pay.def"
#undef COLUMN_PREFIX
#endif
#undef TEXT
#undef NUMBER
#undef YESNO
#undef CHOICE
#undef COLUMN_AS
#undef COLUMN_USERS
