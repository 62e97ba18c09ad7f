/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * gateways: the gateways that a home's commands talk to, one strict YAML file each:
 * gateways/<name>.yaml (docs/FORMATS.md §10).
 *
 *	url: "https://gw.example:8443"
 *	oin: "00000099000000002000"
 *	proxy: "http://proxy.example:3128"      may be left out
 */
#ifndef GW_HOME_GATEWAYS_H
#define GW_HOME_GATEWAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"
#include "base/file.h"
#include "home/home.h"
#include "registry/organisation.h"

#define GATEWAY_DEFAULT "default"

enum { GATEWAY_NAME = 33, GATEWAY_URL = 256 };

struct gateway_profile {
	char url[GATEWAY_URL];   /* "https://host[:port]", nothing behind it */
	char oin[OIN_TEXT];      /* whose certificate answers there */
	char proxy[GATEWAY_URL]; /* "http://host:port", or "" */
};

/* True for [a-z0-9][a-z0-9_-]{0,31}. */
bool gateway_name_good(const char *name);

/* Read the profile of that name. GW_ENOENT names those that there are and says how one is added;
 * GW_EFORMAT with file:line:col; GW_EUSAGE: no name of a profile. */
int gateway_load(const struct home *h, const char *name, struct gateway_profile *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Write a new one. GW_EEXIST; GW_EUSAGE: name, url, oin or proxy do not have their form; GW_EIO. */
int gateway_add(const struct home *h, const char *name, const struct gateway_profile *p,
    struct errinfo *ei) GW_MUST_USE;

/* Take it away. GW_ENOENT, GW_EIO, GW_EUSAGE. */
int gateway_remove(const struct home *h, const char *name, struct errinfo *ei) GW_MUST_USE;

/* The names, sorted; the caller releases *ret. */
int gateway_names(const struct home *h, struct file_list *ret, struct errinfo *ei) GW_MUST_USE;

#endif
