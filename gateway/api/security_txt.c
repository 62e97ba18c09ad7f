/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/security_txt.h"

#include "base/date.h"

int security_txt(const struct settings_security *contact, int64_t now, struct buf *out)
{
	char until[TIME_TEXT];
	if (!contact || !contact->uri || now > contact->until)
		return GW_ENOENT;
	time_text(contact->until, until);
	return buf_addf(out, "Contact: %s\r\nExpires: %s\r\nPreferred-Languages: nl, en\r\n",
	    contact->uri, until);
}
