/* SPDX-License-Identifier: EUPL-1.2 */
/* The description of the interface: gateway/api/openapi.json as it was when the program was built. */
#ifdef __CET__
#include <cet.h>
#endif
	.section .rodata
	.global openapi_data
	.hidden openapi_data
	.global openapi_data_bytes
	.hidden openapi_data_bytes
openapi_data:
	.incbin "gateway/api/openapi.json"
end:
	.balign 4
openapi_data_bytes:
	.long end - openapi_data
	.section .note.GNU-stack, "", %progbits
