#!/bin/bash
# The Debian package and the unit in it: what it holds, that it is the same each time, how far the
# service is shut in, and that the program does its work there. It is unpacked, not installed;
# HANDOVER_TEST_INSTALL=1 installs and removes it, too (as root, on a machine for that).
set -u
BUILD=${BUILD:-build/rel}
. tests/cli/lib.sh
. tests/cli/attach/pdf.sh
D='' # the daemon's process
end() { [ -n "$D" ] && kill "$D" 2>/dev/null; wait 2>/dev/null; chmod -R u+w "$W" 2>/dev/null; rm -rf "$W"; }
trap end EXIT
total=48
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
has() { command -v "$1" >/dev/null; }
plan $total
none() { while ((n < total)); do skip "the package" "$1"; done; exit 0; }
[ "$BUILD" = build/rel ] || none "packages are made of the build for use"
has dpkg-deb && has dpkg-shlibdeps || none "dpkg-dev is not installed"

# ---- made ----
export DEB_VERSION=1.2.3-1 SOURCE_DATE_EPOCH=1767225600
expect 0 "it is made" packaging/deb "$BUILD" "$W/one"
deb=$(cat "$W/out")
[ "$deb" = "$W/one/handover-gateway_1.2.3-1_$(dpkg --print-architecture).deb" ]; ok "its name says what it is"
(umask 077 && TZ=Asia/Tokyo LC_ALL=C packaging/deb "$BUILD" "$W/two" >"$W/out" 2>"$W/err") && cmp "$deb" "$W"/two/*.deb >"$W/out" 2>&1
ok "made again, elsewhere and under another umask, it is the same, byte for byte"
mkdir "$W/root" && dpkg-deb -x "$deb" "$W/root" && dpkg-deb -e "$deb" "$W/control"; ok "it can be unpacked"

# ---- what is in it ----
dpkg-deb -c "$deb" | awk '{print $1, $2, $6}' >"$W/list"
! grep -v ' root/root ' "$W/list" >"$W/out"; ok "everything is root's"
awk '{want = $1 ~ /^d/ ? "drwxr-xr-x" : $1 ~ /^l/ ? "lrwxrwxrwx" : $3 ~ /^\.\/usr\/s?bin\// ? "-rwxr-xr-x" : "-rw-r--r--"} $1 != want' "$W/list" >"$W/out"
[ ! -s "$W/out" ]; ok "nobody else may write it, and only programs may be run"
! grep -E 'workload|certs-example|/etc/|/var/|\.(key|pem|c|o)$' "$W/list" >"$W/out"; ok "no test authority, no key, nothing under /etc or /var"
for f in lib/systemd/system/handoverd.service lib/systemd/system/handoverd.socket lib/systemd/system/handoverd-local.socket \
	lib/systemd/system/handover-keys.service lib/systemd/system/handover-keys.timer lib/systemd/system/handover-backup.service lib/systemd/system/handover-backup.timer \
	usr/lib/sysusers.d/handover.conf usr/bin/handover usr/sbin/handoverd usr/share/bash-completion/completions/handover \
	usr/share/man/man1/handover.1.gz usr/share/man/man8/handoverd.8.gz usr/share/handover/policies/catalogue.yaml \
	usr/share/handover/docs/OPERATIONS.md usr/share/doc/handover-gateway/copyright usr/share/doc/handover-gateway/copyright.wdutch \
	usr/share/doc/handover-gateway/changelog.Debian.gz; do
	[ -s "$W/root/$f" ] || echo "$f"
done >"$W/out"
[ ! -s "$W/out" ]; ok "programs, units, account, pages, completion, policies and licences are there"
"$HANDOVER" --print commands | tr ' ' '\n' | grep . | while read -r c; do [ -s "$W/root/usr/share/man/man1/handover-$c.1.gz" ] || echo "$c"; done >"$W/out"
[ ! -s "$W/out" ]; ok "every command has its page"
(cd "$W/root" && md5sum -c --quiet "$W/control/md5sums") >"$W/out" 2>&1; ok "the sums are right"
[ "$(cd "$W/root" && find usr lib -type f | wc -l)" = "$(wc -l <"$W/control/md5sums")" ]; ok "and there is one for each file"
for p in libssl3 libsodium23 libsqlite3-0 libarchive13 libqpdf29 libseccomp2; do
	grep -q "^Depends:.*\b$p\b" "$W/control/control" || echo "$p"
done >"$W/out"
[ ! -s "$W/out" ]; ok "it asks for the libraries that the programs use"
for s in postinst prerm postrm; do sh -n "$W/control/$s" && [ -x "$W/control/$s" ] || echo "$s"; done >"$W/out" 2>&1
[ ! -s "$W/out" ]; ok "the maintainer's scripts are shell"
grep -rqE 'rm -rf|deluser|userdel' "$W/control/postrm" "$W/control/prerm" && false || ! grep -q /var/lib/handover "$W/control/postrm"
ok "removing it takes neither home nor account away"
if has lintian; then
	lintian --allow-root --no-tag-display-limit "$deb" 2>/dev/null | grep '^E:' >"$W/out"
	[ ! -s "$W/out" ]; ok "lintian finds no error"
else skip "lintian finds no error" "lintian is not installed"; fi

# ---- the programs in it ----
bin=$W/root/usr/bin/handover
HANDOVERD=$W/root/usr/sbin/handoverd
expect 0 "handover runs from there" "$bin" --version
said "handover "
expect 0 "handoverd, too" "$HANDOVERD" --version
said "handoverd "
"$HANDOVERD" --help | grep -oE '^  --[a-z]+' | tr -d ' ' | while read -r o; do
	zcat "$W/root/usr/share/man/man8/handoverd.8.gz" | sed 's/\\//g' | grep -q -- "$o" || echo "$o"
done >"$W/out"
[ ! -s "$W/out" ]; ok "handoverd(8) has every option"
if has man; then
	for p in "$W"/root/usr/share/man/man8/handoverd.8.gz "$W"/root/usr/share/man/man1/handover{,-policy,-ledger}.1.gz; do
		MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$p" 2>&1 >"$W/page"
		[ -s "$W/page" ] || echo "$p: empty"
	done >"$W/out"
	[ ! -s "$W/out" ]; ok "man reads the pages without a warning"
else skip "man reads the pages without a warning" "man is not installed"; fi

# ---- the unit ----
unit=$W/root/lib/systemd/system/handoverd.service
grep -qx 'MemorySwapMax=0' "$unit" && grep -qx 'LimitCORE=0' "$unit"; ok "nothing of it goes to swap or into a core dump"
grep -qx 'User=handover' "$unit" && grep -qx 'StateDirectoryMode=0700' "$unit" && grep -q '^u handover ' "$W/root/usr/lib/sysusers.d/handover.conf"
ok "it runs as an account of its own, in a home that is only that account's"
for d in / /var/lib/handover /run /tmp /var/tmp /dev/shm; do sed -n 's/^NoExecPaths=//p' "$unit" | tr ' ' '\n' | grep -qx "$d" || echo "$d"; done >"$W/out"
[ ! -s "$W/out" ]; ok "nothing runs that was written by it"
cmp -s "$unit" packaging/handoverd.service; ok "under /usr it is the unit of the source"
must make -s BUILD="$BUILD" PREFIX=/opt/h DESTDIR="$W/opt" UNITDIR=/units install-files
sed -n 's/^Exec[A-Za-z]*=[^/]*\([^ ]*\).*/\1/p' "$W"/opt/units/*.service | grep -vE '^/usr/bin/(systemctl|kill)$' | sort -u >"$W/out"
[ "$(paste -sd' ' "$W/out")" = "/opt/h/bin/handover /opt/h/sbin/handoverd" ]; ok "elsewhere all units run what was installed there"
if has systemd-analyze; then
	systemd-analyze security --offline=true "$unit" >"$W/out" 2>"$W/err"
	level=$(sed -n 's/.*exposure level for handoverd.service: \([0-9.]*\) .*/\1/p' "$W/out")
	echo "# exposure $level"
	awk -v l="$level" 'BEGIN {exit !(l != "" && l <= 2.0)}'; ok "systemd finds it exposed to 2.0 at most"
	sed 's/^\(CapabilityBoundingSet=\|SystemCallFilter=\|ProtectSystem=\|PrivateDevices=\|NoNewPrivileges=\|PrivateUsers=\).*//' "$unit" >"$W/handoverd.service"
	systemd-analyze security --offline=true "$W/handoverd.service" 2>&1 | sed -n 's/.*exposure level for handoverd.service: \([0-9.]*\) .*/\1/p' >"$W/out"
	awk '{exit !($1 > 2.0)}' "$W/out"; ok "and notices what would be taken away from it"
	for u in handover-keys handover-backup; do
		systemd-analyze security --offline=true "$W/root/lib/systemd/system/$u.service" >"$W/out" 2>"$W/err"
		level=$(sed -n "s/.*exposure level for $u.service: \([0-9.]*\) .*/\1/p" "$W/out")
		echo "# exposure $level"
		awk -v l="$level" 'BEGIN {exit !(l != "" && l <= 2.0)}'; ok "$u.service is exposed no more than the daemon"
	done
	mkdir "$W/units" && cp "$W"/root/lib/systemd/system/* "$W/units/"
	sed -i "s#/usr/sbin/handoverd --home#$HANDOVERD --home#; s#/usr/bin/handover --home#$bin --home#" "$W"/units/*.service
	systemd-analyze verify --man=no "$W"/units/* >"$W/out" 2>&1
	! grep -iE 'handoverd?[.-]|unknown|not executable' "$W/out" >"$W/err"; ok "systemd understands the units"
	sed -i 's/^PrivateUsers=/PrivatUsers=/' "$W/units/handoverd.service"
	systemd-analyze verify --man=no "$W/units/handoverd.service" >"$W/out" 2>&1
	said "PrivatUsers"
else
	for t in exposure noticed keys backup verify typo; do skip "systemd: $t" "systemd is not installed"; done
fi

# ---- the program, confined as the unit has it ----
under=(python3 tests/cli/packaging/under_unit.py "$unit" --user 65534) # no function: the daemon is to be our own child
if has systemd-analyze && has python3; then
	chmod 0711 "$W"
	must "$CERTS/make-pki" "$W/pki"
	KEEPER=$(pin_of "Registry keeper" keeper)
	new_home incoming $SUCCESSOR "Nieuw Werk" --role provider
	new_home outgoing $PROVIDER "Werk en Zo" --role provider
	meet outgoing incoming
	must at incoming organisation export --out "$W/incoming.org"
	resign incoming
	mkdir -p "$W/run" && echo "tell" >"$W/run/hello" && pdf_text "$W/run/cv.pdf" 'Ervaring als lasser' 'Bel 06-12345678'
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$W/incoming" "$W/run"
	cat >"$W/probe" <<-'PY'
		import os, socket, mmap
		def refused(f):
		    try: f()
		    except OSError: return True
		    return False
		assert refused(lambda: socket.socket(17, 3, 0)) and refused(lambda: mmap.mmap(-1, 4096, prot=7))
		assert refused(lambda: os.chown("/", 0, 0)) and refused(lambda: os.nice(1)) and os.umask(0) == 0o77
		socket.socket().close()
		print("confined")
	PY
	chmod 0644 "$W/probe"
	expect 0 "the test confines as the unit says" "${under[@]}" /usr/bin/python3 "$W/probe"
	said confined
	if has pdftotext; then
		expect 0 "documents are parsed under it" "${under[@]}" "$bin" attach check --type cv --json "$W/run/cv.pdf"
		[ "$(jq -c .found "$W/out")" = '{"phone":1}' ]; ok "… and their text is read"
	else
		for t in parsed read; do skip "documents: $t" "poppler-utils is not installed"; done
	fi
	# what the timers run, each as its unit has it
	mkdir "$W/run/backups"
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$W/run"
	timed() { local u=packaging/$1.service; shift; HANDOVER_TEST_CLOCK=$(date -u -d '+95 days' +%FT%TZ) python3 tests/cli/packaging/under_unit.py "$u" --user 65534 "$bin" --home "$W/later" "$@"; }
	cp -a "$W/incoming" "$W/later"
	keys=$(sed -n 's#^ExecStart=/usr/bin/handover --home /var/lib/handover/home ##p' "$W/root/lib/systemd/system/handover-keys.service")
	# shellcheck disable=SC2086
	expect 0 "a key is renewed under the unit of its timer" timed handover-keys $keys
	said "made a new age identity"
	nightly=$(sed -n 's#^ExecStart=/usr/bin/handover --home /var/lib/handover/home \(.*\) /var/backups/handover$#\1#p' "$W/root/lib/systemd/system/handover-backup.service")
	# shellcheck disable=SC2086
	expect 0 "a backup is made under that of its own" timed handover-backup $nightly "$W/run/backups"
	[ "$(ls "$W/run/backups" | wc -l)" = 1 ]; ok "… and lies there"
	"${under[@]}" "$HANDOVERD" --home "$W/incoming" --listen 127.0.0.1:0 --local "$W/run/local.sock" 2>"$W/err" &
	D=$!
	for _ in $(seq 200); do
		grep -q event=ready "$W/err" && break
		kill -0 $D 2>/dev/null || break
		sleep 0.1
	done
	PORT=$(sed -n 's/^<6>event=listen at=127.0.0.1:\([0-9]*\)$/\1/p' "$W/err")
	grep -q event=ready "$W/err"; ok "the daemon starts under it"
	! grep -q '^<[0-4]>' "$W/err"; ok "without a warning"
	get() { curl -sS --max-time 20 "$@" >"$W/out" 2>>"$W/err"; }
	get --cert "$W/outgoing/organisation/tls.pem" --key "$W/outgoing/organisation/tls.key" -k "https://127.0.0.1:$PORT/v1/organisations"
	[ "$(jq -r '.items | length' "$W/out" 2>/dev/null)" = 2 ]; ok "it serves"
	get --unix-socket "$W/run/local.sock" http://x/readyz; [ "$(cat "$W/out")" = ready ]; ok "it is ready for transfers: the ledger can be written"
	grep -q '^Max core file size *0 *0 ' "/proc/$D/limits"; ok "no core dumps"
	kill -HUP $D
	for _ in $(seq 100); do grep -q 'event=reload' "$W/err" && break; sleep 0.1; done
	grep -qx '<6>event=reload' "$W/err"; ok "it reads everything again"
	kill -TERM $D && wait $D; ok "and stops well"
	D=''
else
	for t in confines says parsed read renewed said backup lies starts quiet serves ready cores reload stop; do skip "confined: $t" "systemd or python3 is not installed"; done
fi

# ---- installed ----
if [ "${HANDOVER_TEST_INSTALL:-}" = 1 ] && [ "$(id -u)" -eq 0 ]; then
	dpkg -i "$deb" >"$W/out" 2>"$W/err" && [ "$(stat -c '%U %a' /var/lib/handover)" = "handover 700" ] && handoverd --version >/dev/null &&
		dpkg -P handover-gateway >"$W/out" 2>"$W/err" && [ -d /var/lib/handover ] && ! command -v handoverd >/dev/null
	ok "it can be installed and removed; home and account stay"
else skip "it can be installed and removed" "HANDOVER_TEST_INSTALL is not set"; fi
