/*
 * Numbers that are typed in, checked by their standards. Every check takes the value as normalised
 * (narrow, upper case), names the field and tells how to mend it. No check of a field calls another field.
 */
#ifndef FORMS_IDNUMBER_H
#define FORMS_IDNUMBER_H

#include "forms/err.h"
#include "forms/when.h"

bool id_credit_code(const char *field, const char *s, struct err *e) MUST_USE;	/* GB 32100-2015, 18 characters, and its organisation code */
bool id_org_code(const char *field, const char *s, struct err *e) MUST_USE;	/* GB 11714-1997, 9 characters, with or without the hyphen */
bool id_licence(const char *field, const char *s, struct err *e) MUST_USE;	/* GS 15-2006, 15 digits checked; older forms pass */
/* true when the licence number has an older form (13 digits, NA…X) that a clerk should look at twice. */
bool id_licence_is_old(const char *s);
bool id_resident(const char *field, const char *s, struct day today, struct err *e) MUST_USE;	/* GB 11643-1999: province, birth date not after today, check */
/* kind is resident_id passport hk_macao_permit taiwan_permit foreign_residence other. */
bool id_person(const char *field, const char *kind, const char *s, struct day today, struct err *e) MUST_USE;
bool id_mobile(const char *field, const char *s, struct err *e) MUST_USE;	/* 11 digits 1[3-9]; +86 and spaces are the caller's to strip */
bool id_phone(const char *field, const char *s, struct err *e) MUST_USE;	/* land line with area code and extension, 400/800 numbers, or a mobile */
bool id_email(const char *field, const char *s, struct err *e) MUST_USE;
bool id_postcode(const char *field, const char *s, struct err *e) MUST_USE;
bool id_person_name(const char *field, const char *s, struct err *e) MUST_USE;	/* rare characters, the middle dot; no digits */
bool id_org_name(const char *field, const char *s, struct err *e) MUST_USE;	/* at least two characters, not only digits */
bool id_bank_account(const char *field, const char *s, struct err *e) MUST_USE;	/* 6..32 digits, spaces and hyphens inside allowed */
/* Another document's number by its kind (doc_kind_names); kinds without a rule of their own: letters, digits, 〔2020〕15号. */
bool id_document(const char *field, const char *kind, const char *s, struct err *e) MUST_USE;
bool id_tax_no(const char *field, const char *s, struct day today, struct err *e) MUST_USE;	/* 15, 17, 18 (checked) or 20 characters */
bool id_serial(const char *field, const char *s, struct err *e) MUST_USE;	/* of a certificate or token: digits and letters */
bool id_words(const char *field, const char *s, struct err *e) MUST_USE;	/* addresses, banks, posts: at least two letters or characters */
/* The province (广东) that a number of six digits or more begins with, for messages; NULL when unknown. */
const char *id_province(const char *two_digits);
/* The check characters, for generators of test data: of the first 17 / 8 / 14 / 17 characters; 0 when they are not of the alphabet. */
char id_credit_code_check(const char *s17);
char id_org_code_check(const char *s8);
char id_licence_check(const char *s14);
char id_resident_check(const char *s17);

#endif
