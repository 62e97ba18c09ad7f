/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of Dutch words, as the build made it from the list of package wdutch. */
#ifdef __CET__
#include <cet.h>
#endif
	.section .rodata
	.global words_data
	.hidden words_data
	.balign 64
words_data:
	.incbin "build/words.table"
	.section .note.GNU-stack, "", %progbits
