/* SPDX-License-Identifier: EUPL-1.2 */
/* Dossiers on disk: folders and archives, and what may not be followed, waited for or held. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/dossier.h"
#include "tests/unit/dossier/zip.h"

static char top[] = "/tmp/read-test-XXXXXX";
static char *dir; /* the dossier of the present test */

static const char text[] = "{\"person\":{\"family_name\":\"Jansen\"},"
			   "\"attachments\":[{\"type\":\"cv\",\"file\":\"a/cv.pdf\"}]}";

static char *at(const char *name)
{
	static char *last;
	free(last);
	last = file_join(dir, name);
	return last;
}

static void put(const char *name, const char *content)
{
	if (file_write(at(name), content, strlen(content), 0600, FILE_REPLACE, NULL) < 0)
		fail_msg("cannot write %s", name);
}

static int fresh(void **state)
{
	(void)state;
	dir = file_join(top, "d");
	if (file_remove_tree(dir, NULL) < 0 || file_mkdirs(at("a"), 0700, NULL) < 0)
		return -1;
	put("dossier.json", text);
	put("a/cv.pdf", "%PDF-1.4");
	return 0;
}

static int done(void **state)
{
	(void)state;
	free(dir);
	return 0;
}

static void refused(const char *path, int code, const char *says)
{
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	int r = dossier_read(path, catalogue_builtin(), NULL, &d, &ei);
	if (r != code || !strstr(ei.msg, says))
		fail_msg("%d \"%s\" instead of %d \"%s\"", r, ei.msg, code, says);
}

static void a_folder_is_read_with_its_files(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	assert_int_equal(dossier_read(dir, catalogue_builtin(), NULL, &d, NULL), 0);
	assert_int_equal(d->n_files, 1);
	assert_true(d->files[0].loaded);
	assert_string_equal(d->files[0].bytes.data, "%PDF-1.4");
	assert_string_equal(d->files[0].ext, "pdf");
	assert_string_equal(json_string_value(dossier_get(d, "person.family_name")), "Jansen");
}

static void yaml_in_a_folder_is_read(void **state)
{
	(void)state;
	assert_int_equal(unlink(at("dossier.json")), 0);
	put("dossier.yaml", "person: {family_name: Jansen}\nladder: {step: 3}\n");
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	assert_int_equal(dossier_read(dir, catalogue_builtin(), NULL, &d, NULL), 0);
	assert_int_equal(json_integer_value(dossier_get(d, "ladder.step")), 3);
	put("dossier.yaml", "person:\n  bsn: 1\n");
	refused(dir, GW_EFORMAT, "d/dossier.yaml:2:8: person.bsn: ");
}

static void one_text_and_no_more(void **state)
{
	(void)state;
	put("dossier.yaml", "person: {}\n");
	refused(dir, GW_EFORMAT, "both dossier.json and dossier.yaml");
	assert_int_equal(unlink(at("dossier.yaml")), 0);
	assert_int_equal(unlink(at("dossier.json")), 0);
	refused(dir, GW_EFORMAT, "no dossier.json or dossier.yaml");
	refused("/nowhere/at/all", GW_ENOENT, "/nowhere/at/all");
}

static void links_are_not_followed(void **state)
{
	(void)state;
	assert_int_equal(unlink(at("a/cv.pdf")), 0);
	assert_int_equal(symlink("/etc/passwd", at("a/cv.pdf")), 0);
	refused(dir, GW_EFORMAT, "attachments[0].file: a link");
	assert_int_equal(unlink(at("a/cv.pdf")), 0);
	assert_int_equal(rmdir(at("a")), 0);
	assert_int_equal(symlink("/etc", at("a")), 0);
	refused(dir, GW_EFORMAT, "attachments[0].file: a link");
	assert_int_equal(unlink(at("dossier.json")), 0);
	assert_int_equal(symlink("/etc/passwd", at("dossier.json")), 0);
	refused(dir, GW_EFORMAT, "dossier.json: a link");
}

static void only_regular_files_are_opened_and_none_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(unlink(at("a/cv.pdf")), 0);
	refused(dir, GW_EFORMAT,
	    "attachments[0].file: not there: put the file that it names into the dossier");
	assert_int_equal(mkfifo(at("a/cv.pdf"), 0600), 0);
	refused(dir, GW_EFORMAT, "attachments[0].file: not a regular file");
	assert_int_equal(unlink(at("a/cv.pdf")), 0);
	assert_int_equal(mkdir(at("a/cv.pdf"), 0700), 0);
	refused(dir, GW_EFORMAT, "attachments[0].file: not a regular file");
	assert_int_equal(unlink(at("dossier.json")), 0);
	assert_int_equal(mkfifo(at("dossier.json"), 0600), 0);
	refused(dir, GW_EFORMAT, "dossier.json: not a regular file");
	refused(at("dossier.json"), GW_EFORMAT, "a folder, .zip or .tar is expected");
	refused("/dev/zero", GW_EFORMAT, "a folder, .zip or .tar is expected");
}

static long peak_kb(void)
{
	struct rusage u;
	assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
	return u.ru_maxrss;
}

static void too_large_files_are_refused_unread(void **state)
{
	(void)state;
	long before = peak_kb();
	assert_int_equal(truncate(at("dossier.json"), 300L << 20), 0);
	refused(dir, GW_ELIMIT, "dossier.json: more than 8388608 bytes");
	put("dossier.json", text);
	assert_int_equal(truncate(at("a/cv.pdf"), 300L << 20), 0);
	refused(dir, GW_ELIMIT, "attachments[0].file: more than ");
	assert_int_equal(truncate(at("a/cv.pdf"), 300L << 20), 0);
	refused(at("a/cv.pdf"), GW_ELIMIT, "the archive has more than ");
	assert_true(peak_kb() - before < 50000);
}

static void files_are_limited_together(void **state)
{
	(void)state;
	struct dossier *d = NULL;
	struct dossier_limits l = DOSSIER_LIMITS;
	l.total_bytes = strlen(text) + 8;
	assert_int_equal(dossier_read(dir, catalogue_builtin(), &l, &d, NULL), 0);
	dossier_free(d);
	l.total_bytes--;
	assert_int_equal(dossier_read(dir, catalogue_builtin(), &l, &d, NULL), GW_ELIMIT);
}

static void zip_of(const char *name, const struct zip_member *m, size_t n)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	zip_build(&b, m, n);
	assert_int_equal(file_write(at(name), b.data, b.len, 0600, FILE_REPLACE, NULL), 0);
}

static void an_archive_is_read_like_a_folder(void **state)
{
	(void)state;
	static const char *const folders[] = {"", "d1/"};
	for (size_t i = 0; i < 2; i++) {
		char json[64], cv[64], extra[64];
		(void)snprintf(json, sizeof json, "%sdossier.json", folders[i]);
		(void)snprintf(cv, sizeof cv, "%sa/cv.pdf", folders[i]);
		(void)snprintf(extra, sizeof extra, "%sextra.txt", folders[i]);
		const struct zip_member m[] = {{.name = extra, .data = "not named"},
		    {.name = json, .data = text}, {.name = cv, .data = "%PDF-1.4"}};
		struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
		zip_of("x.zip", m, 3);
		assert_int_equal(dossier_read(at("x.zip"), catalogue_builtin(), NULL, &d, NULL), 0);
		assert_string_equal(d->files[0].bytes.data, "%PDF-1.4");
		assert_int_equal(dossier_left_out(d, DOSSIER_UNNAMED_FILE), 1);
	}
}

/* An archive in memory without a name; what is no file or too large is refused there, too. */
static void an_archive_in_memory_is_read(void **state)
{
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct dossier_limits small = DOSSIER_LIMITS;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	const struct zip_member m[] = {
	    {.name = "dossier.json", .data = text}, {.name = "a/cv.pdf", .data = "cv"}};
	int ends[2], fd GW_CLEANUP(file_close_p) = memfd_create("dossier", MFD_CLOEXEC);
	(void)state;
	zip_build(&b, m, 2);
	assert_true(fd >= 0 && write(fd, b.data, b.len) == (ssize_t)b.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(dossier_read_fd(fd, "dossier", catalogue_builtin(), NULL, &d, &ei), 0);
	assert_int_equal(d->n_files, 1);
	assert_int_equal(d->files[0].bytes.len, 2);
	dossier_free(d);
	small.archive_bytes = b.len - 1;
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(
	    dossier_read_fd(fd, "dossier", catalogue_builtin(), &small, &d, &ei), GW_ELIMIT);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(
	    dossier_read_fd(ends[0], "dossier", catalogue_builtin(), NULL, &d, &ei), GW_EFORMAT);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void files_that_nobody_names_are_noted(void **state)
{
	(void)state;
	struct dossier *d = NULL;
	assert_int_equal(dossier_read(dir, catalogue_builtin(), NULL, &d, NULL), 0);
	assert_int_equal(dossier_left_out(d, DOSSIER_UNNAMED_FILE), 0);
	dossier_free(d);
	put("a/more.pdf", "x");
	put("notes.txt", "x");
	assert_int_equal(symlink("/etc", at("link")), 0);
	assert_int_equal(dossier_read(dir, catalogue_builtin(), NULL, &d, NULL), 0);
	assert_int_equal(dossier_left_out(d, DOSSIER_UNNAMED_FILE), 3);
	dossier_free(d);
}

static void archives_hold_one_whole_dossier(void **state)
{
	(void)state;
	const struct zip_member none[] = {{.name = "a/b/dossier.json", .data = text}};
	const struct zip_member two[] = {
	    {.name = "a/dossier.json", .data = text}, {.name = "b/dossier.yaml", .data = text}};
	const struct zip_member half[] = {
	    {.name = "a/dossier.json", .data = text}, {.name = "a/cv.pdf", .data = "x"}};
	const struct zip_member wrong[] = {
	    {.name = "dossier.json", .data = "{\"person\":{\"bsn\":\"1\"}}"}};
	zip_of("x.zip", none, 1);
	refused(at("x.zip"), GW_EFORMAT, "x.zip: it holds no dossier.json");
	zip_of("x.zip", two, 2);
	refused(at("x.zip"), GW_EFORMAT, "x.zip: it holds more than one");
	zip_of("x.zip", half, 2);
	refused(at("x.zip"), GW_EFORMAT,
	    "x.zip: attachments[0].file: not there: put the file that it names into the dossier");
	zip_of("x.zip", wrong, 1);
	refused(at("x.zip"), GW_EFORMAT, "x.zip!dossier.json: person.bsn: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_folder_is_read_with_its_files, fresh, done),
	    cmocka_unit_test_setup_teardown(yaml_in_a_folder_is_read, fresh, done),
	    cmocka_unit_test_setup_teardown(one_text_and_no_more, fresh, done),
	    cmocka_unit_test_setup_teardown(links_are_not_followed, fresh, done),
	    cmocka_unit_test_setup_teardown(
		only_regular_files_are_opened_and_none_is_waited_for, fresh, done),
	    cmocka_unit_test_setup_teardown(too_large_files_are_refused_unread, fresh, done),
	    cmocka_unit_test_setup_teardown(files_are_limited_together, fresh, done),
	    cmocka_unit_test_setup_teardown(files_that_nobody_names_are_noted, fresh, done),
	    cmocka_unit_test_setup_teardown(an_archive_is_read_like_a_folder, fresh, done),
	    cmocka_unit_test_setup_teardown(an_archive_in_memory_is_read, fresh, done),
	    cmocka_unit_test_setup_teardown(archives_hold_one_whole_dossier, fresh, done),
	};
	if (!mkdtemp(top))
		return 1;
	int r = cmocka_run_group_tests_name("dossier/read", tests, NULL, NULL);
	return file_remove_tree(top, NULL) < 0 ? 1 : r;
}
