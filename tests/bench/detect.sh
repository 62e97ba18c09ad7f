#!/bin/bash
# tests/bench/detect.sh: how fast texts are looked through for personal data, in processor time, and what they find in prose that is not ours.
set -u
out=$("${BUILD:-build/rel}/tests/bench/detect" "$@") || exit 1
echo "$out"
rate=$(sed -n 's/^detect, municipal prose: \([0-9]*\) MB.*/\1/p' <<<"$out")
((${rate:-0} >= 200)) || echo "slower than the 200 MB/s that docs/DETECTION.md aims at: is the machine busy?"
# findings in Dutch prose that nobody here wrote, where such a Debian package is installed (manpages-nl, debian-edu-doc-nl, debian-faq-nl)
text=$(mktemp) && trap 'rm -f "$text"' EXIT
for f in /usr/share/man/nl/man*/*.gz; do [ -e "$f" ] && zcat "$f"; done 2>/dev/null | sed 's/^[.'"'"'].*//; s/\\f.//g; s/\\-/-/g; s/\\(..//g' >"$text"
find /usr/share/doc/debian-edu-doc-nl /usr/share/doc/debian-faq-nl /usr/share/debian-edu-doc -name '*nl*.html*' 2>/dev/null | while read -r f; do
	case $f in *.gz) zcat "$f" ;; *) cat "$f" ;; esac | sed 's/<[^>]*>//g; s/&[a-z]*;/ /g'
done >>"$text"
bytes=$(stat -c %s "$text")
((bytes > 100000)) || { echo "no Dutch documentation is installed: false hits not measured"; exit 0; }
"${BUILD:-build/rel}/tests/bench/detect" "$text" || exit 1
echo "findings in $bytes bytes of Dutch documentation, by kind and MB:"
"${BUILD:-build/rel}/handover" detect "$text" | awk -v n="$bytes" '{k[$2]++} END {for (i in k) printf "  %s %.1f\n", i, k[i] * 1e6 / n}' | sort
