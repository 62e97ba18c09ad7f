/* SPDX-License-Identifier: EUPL-1.2 */
/* The built-in catalogue: policies/catalogue.yaml as it was when the program was built. */
#ifdef __CET__
#include <cet.h>
#endif
	.section .rodata
	.global catalogue_data
	.hidden catalogue_data
	.global catalogue_data_bytes
	.hidden catalogue_data_bytes
catalogue_data:
	.incbin "policies/catalogue.yaml"
end:
	.balign 4
catalogue_data_bytes:
	.long end - catalogue_data
	.section .note.GNU-stack, "", %progbits
