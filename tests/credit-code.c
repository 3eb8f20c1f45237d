/* credit-code N: a well-formed unified social credit code (GB 32100-2015) made from a number, for demo and test data. */
#include "forms/idnumber.h"

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	char code[24];
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	snprintf(code, sizeof code, "91441900%08ld", 30000000 + n % 60000000);
	code[16] = id_org_code_check(code + 8);
	code[17] = '\0';
	code[17] = id_credit_code_check(code);
	code[18] = '\0';
	puts(code);
	return 0;
}
