/*
 * A PKCS#11 module for tests: SoftHSM2 behind it, and faults by the file that P11SHIM names. Each line is one fault:
 * `lock` (user PIN locked), `pinlock` (the same until it is set anew), `final` (one try left), `solock` (SO PIN locked), `sowrong` (not the SO PIN),
 * `removed` (token not there), `full` (no object may be made), `room K` (no more than K private keys), `fail FUNCTION K` (the K-th call of
 * it in this process fails with CKR_DEVICE_ERROR), `kill FUNCTION K` (the process dies there). FUNCTION may be `any`: the K-th
 * call of those that may fail here. `maker`: it is no SoftHSM2, and `halfway`: its tokens were interrupted in being initialised, until
 * one is initialised to the end.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out);

static CK_FUNCTION_LIST shim, *real;

static int
fault(const char *word)
{
	const char *path = getenv("P11SHIM");
	char line[80];
	FILE *f = path ? fopen(path, "re") : NULL;
	int found = 0;

	while (f && fgets(line, sizeof line, f))
		found |= strncmp(line, word, strlen(word)) == 0;
	if (f)
		fclose(f);
	return found;
}

/* `fail NAME k` or `kill NAME k` for this call? */
static CK_RV
counted(const char *name, int *calls)
{
	const char *path = getenv("P11SHIM");
	static int all;
	char line[80], what[16], which[40];
	FILE *f = path ? fopen(path, "re") : NULL;
	CK_RV rv = CKR_OK;
	int k;

	++*calls;
	++all;
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%15s %39s %d", what, which, &k) == 3 && ((strcmp(which, name) == 0 && k == *calls)
		    || (strcmp(which, "any") == 0 && k == all))) {
			if (strcmp(what, "kill") == 0)
				raise(SIGKILL);
			rv = CKR_DEVICE_ERROR;
		}
	if (f)
		fclose(f);
	if (rv == CKR_OK && fault("removed"))
		rv = CKR_DEVICE_REMOVED;
	return rv;
}

/* `room K`: are there K private keys already? */
static int
no_room(CK_SESSION_HANDLE h)
{
	const char *path = getenv("P11SHIM");
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE a = { CKA_CLASS, &class, sizeof class };
	CK_OBJECT_HANDLE o[64];
	CK_ULONG n = 0;
	char line[80];
	FILE *f = path ? fopen(path, "re") : NULL;
	int room = -1;

	while (f && fgets(line, sizeof line, f))
		sscanf(line, "room %d", &room);
	if (f)
		fclose(f);
	if (room < 0 || real->C_FindObjectsInit(h, &a, 1) != CKR_OK)
		return 0;
	real->C_FindObjects(h, o, 64, &n);
	real->C_FindObjectsFinal(h);
	return n >= (CK_ULONG)room;
}

#define WRAP(name, params, args, extra) \
static CK_RV \
w_##name params \
{ \
	static int calls; \
	CK_RV rv = counted(#name, &calls); \
	if (rv == CKR_OK) \
		rv = extra; \
	return rv == CKR_OK ? real->name args : rv; \
}
#define NOTHING CKR_OK

/* The faults without the lines that begin so. */
static void
over(const char *word)
{
	char keep[10][80];
	FILE *f = fopen(getenv("P11SHIM"), "re");
	int n = 0;

	while (f && n < 10 && fgets(keep[n], sizeof keep[n], f))
		n += strncmp(keep[n], word, strlen(word)) != 0;
	if (f)
		fclose(f);
	f = fopen(getenv("P11SHIM"), "we");
	for (int i = 0; f && i < n; i++)
		fputs(keep[i], f);
	if (f)
		fclose(f);
}

static CK_RV
w_C_InitToken(CK_SLOT_ID s, CK_UTF8CHAR *p, CK_ULONG n, CK_UTF8CHAR *l)
{
	static int calls;
	CK_RV rv = counted("C_InitToken", &calls);

	if (rv == CKR_OK)
		rv = real->C_InitToken(s, p, n, l);
	if (rv == CKR_OK && fault("halfway"))
		over("halfway");
	return rv;
}

/* A PIN that is set anew is not locked any more. */
static CK_RV
w_C_InitPIN(CK_SESSION_HANDLE h, CK_UTF8CHAR *p, CK_ULONG n)
{
	static int calls;
	CK_RV rv = counted("C_InitPIN", &calls);

	if (rv == CKR_OK)
		rv = real->C_InitPIN(h, p, n);
	if (rv == CKR_OK && fault("pinlock"))
		over("pinlock");
	return rv;
}
WRAP(C_SetPIN, (CK_SESSION_HANDLE h, CK_UTF8CHAR *o, CK_ULONG on, CK_UTF8CHAR *p, CK_ULONG n), (h, o, on, p, n), NOTHING)
WRAP(C_OpenSession, (CK_SLOT_ID s, CK_FLAGS f, void *a, CK_NOTIFY n, CK_SESSION_HANDLE *h), (s, f, a, n, h), NOTHING)
WRAP(C_Login, (CK_SESSION_HANDLE h, CK_USER_TYPE u, CK_UTF8CHAR *p, CK_ULONG n), (h, u, p, n),
    u == CKU_USER && (fault("lock") || fault("pinlock")) ? CKR_PIN_LOCKED : u == CKU_SO && fault("solock") ? CKR_PIN_LOCKED
    : u == CKU_SO && fault("sowrong") ? CKR_PIN_INCORRECT : CKR_OK)
WRAP(C_CreateObject, (CK_SESSION_HANDLE h, CK_ATTRIBUTE *a, CK_ULONG n, CK_OBJECT_HANDLE *o), (h, a, n, o),
    fault("full") ? CKR_DEVICE_MEMORY : CKR_OK)
WRAP(C_GenerateKeyPair, (CK_SESSION_HANDLE h, CK_MECHANISM *m, CK_ATTRIBUTE *a, CK_ULONG an, CK_ATTRIBUTE *b, CK_ULONG bn,
    CK_OBJECT_HANDLE *x, CK_OBJECT_HANDLE *y), (h, m, a, an, b, bn, x, y), fault("full") || no_room(h) ? CKR_DEVICE_MEMORY : CKR_OK)
WRAP(C_DestroyObject, (CK_SESSION_HANDLE h, CK_OBJECT_HANDLE o), (h, o), NOTHING)
WRAP(C_SetAttributeValue, (CK_SESSION_HANDLE h, CK_OBJECT_HANDLE o, CK_ATTRIBUTE *a, CK_ULONG n), (h, o, a, n), NOTHING)
WRAP(C_GetAttributeValue, (CK_SESSION_HANDLE h, CK_OBJECT_HANDLE o, CK_ATTRIBUTE *a, CK_ULONG n), (h, o, a, n), NOTHING)
WRAP(C_FindObjectsInit, (CK_SESSION_HANDLE h, CK_ATTRIBUTE *a, CK_ULONG n), (h, a, n), NOTHING)
WRAP(C_SignInit, (CK_SESSION_HANDLE h, CK_MECHANISM *m, CK_OBJECT_HANDLE o), (h, m, o), NOTHING)
WRAP(C_Sign, (CK_SESSION_HANDLE h, CK_BYTE *d, CK_ULONG n, CK_BYTE *s, CK_ULONG *l), (h, d, n, s, l), NOTHING)

static CK_RV
w_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_RV rv = real->C_GetTokenInfo(slot, info);

	if (rv == CKR_OK)
		info->flags |= (fault("lock") || fault("pinlock") ? CKF_USER_PIN_LOCKED : 0u) | (fault("final") ? CKF_USER_PIN_FINAL_TRY : 0u)
		    | (fault("solock") ? CKF_SO_PIN_LOCKED : 0u);
	if (rv == CKR_OK && fault("halfway"))
		info->flags &= ~(CK_FLAGS)(CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED);
	return rv;
}

static CK_RV
w_module(CK_INFO *info)
{
	CK_RV rv = real->C_GetInfo(info);

	if (rv == CKR_OK && fault("maker"))
		memcpy(info->manufacturerID, "A maker of tokens               ", sizeof info->manufacturerID);
	return rv;
}

static CK_RV
w_slots(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *n)
{
	if (!fault("removed"))
		return real->C_GetSlotList(present, list, n);
	*n = 0;
	return CKR_OK;
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	static const char *const paths[] = { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
	    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so" };
	CK_C_GetFunctionList get = NULL;

	for (size_t i = 0; !get && i < sizeof paths / sizeof *paths; i++) {
		void *h = dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);

		if (h)
			*(void **)&get = dlsym(h, "C_GetFunctionList");
	}
	if (!get || get(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	shim = *real;
	shim.C_GetSlotList = w_slots;
	shim.C_GetTokenInfo = w_info;
	shim.C_GetInfo = w_module;
	shim.C_InitToken = w_C_InitToken;
	shim.C_InitPIN = w_C_InitPIN;
	shim.C_SetPIN = w_C_SetPIN;
	shim.C_OpenSession = w_C_OpenSession;
	shim.C_Login = w_C_Login;
	shim.C_CreateObject = w_C_CreateObject;
	shim.C_GenerateKeyPair = w_C_GenerateKeyPair;
	shim.C_DestroyObject = w_C_DestroyObject;
	shim.C_SetAttributeValue = w_C_SetAttributeValue;
	shim.C_GetAttributeValue = w_C_GetAttributeValue;
	shim.C_FindObjectsInit = w_C_FindObjectsInit;
	shim.C_SignInit = w_C_SignInit;
	shim.C_Sign = w_C_Sign;
	*out = &shim;
	return CKR_OK;
}
