/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/output.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum { MOST_DOCUMENT = 1 << 20, MADE = 1767225600 /* 2026-01-01, for every member */ };

struct buf *work_file(struct work *w, const char *name)
{
	struct buf *b = &w->files[w->files_n].bytes;
	(void)snprintf(w->files[w->files_n].name, sizeof w->files[0].name, "%s", name);
	*b = (struct buf)BUF_INIT(MOST_FILE);
	w->files_n++;
	return b;
}

void work_release(struct work *w)
{
	for (size_t i = 0; i < w->files_n; i++)
		buf_release(&w->files[i].bytes);
	jx_release(&w->value);
	*w = (struct work){0};
}

static int indent(struct buf *out, size_t depth)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < depth; i++)
		r = buf_adds(out, "  ");
	return r;
}

static int yaml_scalar(const json_t *v, struct buf *out)
{
	int r = json_is_string(v) ? jx_dump(v, out)
				  : buf_addf(out, "%lld", (long long)json_integer_value(v));
	return r < 0 ? r : buf_adds(out, "\n");
}

static int yaml_map(json_t *map, size_t depth, bool begun, struct buf *out);

/* The value of a key: on its line, or below it. The nesting is that of the values made here. */
static int yaml_value(json_t *v, size_t depth, struct buf *out)
{
	json_t *item;
	size_t i;
	int r;
	if (json_is_object(v)) {
		r = buf_adds(out, "\n");
		return r < 0 ? r : yaml_map(v, depth + 1, false, out);
	}
	if (!json_is_array(v)) {
		r = buf_adds(out, " ");
		return r < 0 ? r : yaml_scalar(v, out);
	}
	r = buf_adds(out, "\n");
	json_array_foreach (v, i, item) {
		if (r == 0)
			r = indent(out, depth + 1);
		if (r == 0)
			r = buf_adds(out, "- ");
		if (r == 0)
			r = json_is_object(item) ? yaml_map(item, depth + 2, true, out)
						 : yaml_scalar(item, out);
	}
	return r;
}

static int yaml_map(json_t *map, size_t depth, bool begun, struct buf *out)
{
	const char *key;
	json_t *value;
	int r = 0;
	json_object_foreach (map, key, value) {
		if (!begun && r == 0)
			r = indent(out, depth);
		begun = false;
		if (r == 0)
			r = buf_addf(out, "%s:", key);
		if (r == 0)
			r = yaml_value(value, depth, out);
	}
	return r;
}

static int write_file(const char *path, const void *p, size_t n, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "cannot create '%.500s'", path);
	return file_write_fd(fd, p, n, ei);
}

static int write_folder(
    const struct work *w, const char *path, const struct buf *document, struct errinfo *ei)
{
	char *sub GW_CLEANUP(str_free_p) = file_join(path, "attachments");
	char *main GW_CLEANUP(str_free_p) =
	    file_join(path, w->shape == AS_YAML ? "dossier.yaml" : "dossier.json");
	int r = file_mkdirs(sub, S_IRWXU, ei);
	if (r == 0)
		r = write_file(main, document->data, document->len, ei);
	for (size_t i = 0; r == 0 && i < w->files_n; i++) {
		char *name GW_CLEANUP(str_free_p) = file_join(path, w->files[i].name);
		r = write_file(name, w->files[i].bytes.data, w->files[i].bytes.len, ei);
	}
	return r;
}

static int add_member(
    struct archive *a, const char *name, const struct buf *bytes, struct errinfo *ei)
{
	struct archive_entry *e = archive_entry_new();
	if (!e)
		return err_set(ei, GW_ENOMEM, "out of memory");
	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)bytes->len);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, S_IRUSR | S_IWUSR);
	archive_entry_set_mtime(e, MADE, 0);
	bool good = archive_write_header(a, e) == ARCHIVE_OK &&
	    archive_write_data(a, bytes->data, bytes->len) == (la_ssize_t)bytes->len;
	archive_entry_free(e);
	return good ? 0 : err_set(ei, GW_EIO, "cannot write to the archive");
}

static int write_archive(
    const struct work *w, const char *path, const struct buf *document, struct errinfo *ei)
{
	struct archive *a = archive_write_new();
	if (!a)
		return err_set(ei, GW_ENOMEM, "out of memory");
	int good = w->shape == AS_ZIP ? archive_write_set_format_zip(a)
				      : archive_write_set_format_ustar(a);
	int r = good == ARCHIVE_OK && archive_write_open_filename(a, path) == ARCHIVE_OK
	    ? 0
	    : err_set(ei, GW_EIO, "cannot create '%.500s'", path);
	if (r == 0)
		r = add_member(a, "dossier.json", document, ei);
	for (size_t i = 0; r == 0 && i < w->files_n; i++)
		r = add_member(a, w->files[i].name, &w->files[i].bytes, ei);
	if (r == 0 && w->shape == AS_BAD_TAR)
		r = add_member(a, "../dossier.json", document, ei);
	if (archive_write_close(a) != ARCHIVE_OK && r == 0)
		r = err_set(ei, GW_EIO, "cannot write '%.500s'", path);
	(void)archive_write_free(a);
	return r;
}

int work_write(const struct work *w, const char *outdir, const char *name, struct errinfo *ei)
{
	static const char *const suffixes[] = {[AS_JSON] = "",
	    [AS_YAML] = "",
	    [AS_ZIP] = ".zip",
	    [AS_TAR] = ".tar",
	    [AS_BAD_TAR] = ".tar"};
	struct buf document GW_CLEANUP(buf_release) = BUF_INIT(MOST_DOCUMENT);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s%s", outdir, name, suffixes[w->shape]);
	if (file_exists(path))
		return err_set(ei, GW_EEXIST, "'%.500s' is already there", path);
	int r = w->shape == AS_YAML ? yaml_map(w->value, 0, false, &document)
				    : jx_dump_pretty(w->value, &document);
	if (r < 0)
		return err_set(ei, r, "the dossier is too long");
	return w->shape <= AS_YAML ? write_folder(w, path, &document, ei)
				   : write_archive(w, path, &document, ei);
}
