/* SPDX-License-Identifier: MIT
 * idle.c: a program that does nothing; what is preloaded into it does. */

int
main(void)
{
	return 0;
}
