#!/bin/bash
# handover attach: pictures leave without what is not the picture; other formats do not leave.
set -u
handover=$PWD/${BUILD:-build/rel}/handover
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
is() { # WHAT EXPECTED GOT
	((n++))
	if [ "$2" = "$3" ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		printf '# expected: %s\n# got: %s\n' "${2//$'\n'/$'\n# '}" "${3//$'\n'/$'\n# '}"
	fi
}
skip() { ((n++)); echo "ok $n - $1 # SKIP $2"; }
echo "1..23"
cp tests/cli/attach/scan.png tests/cli/attach/photo.jpg "$work"
cd "$work" || exit 1

is "check a png" "scan.png: png, 101 bytes: clean as it is
scan.png: antivirus off, text in pictures is not read" "$($handover attach check --ocr off scan.png)"
is "the same as json" '{"file":"scan.png","format":"png","bytes":101,"clean_bytes":101,"changed":false,"found":{},"antivirus":"off","ocr":false}' \
	"$($handover attach check --ocr off --json scan.png)"
cp photo.jpg plain.jpg
if command -v exiftool >/dev/null; then
	exiftool -q -overwrite_original -Artist=Canarie -GPSLatitude=51.5 -GPSLatitudeRef=N -XMP:Creator=Canarie \
		-IPTC:By-line=Canarie -Comment=Canarie '-Orientation#=6' photo.jpg
	exiftool -q -overwrite_original -PNG:Author=Canarie -XMP:Creator=Canarie -EXIF:Artist=Canarie scan.png
fi
printf 'Canarie behind the end' >>photo.jpg
printf 'Canarie behind the end' >>scan.png
for f in photo.jpg scan.png; do
	$handover attach clean --type diploma $f clean-$f; rc=$?
	is "clean $f" "0 0" "$rc $(grep -c Canarie clean-$f)"
	is "cleaned $f is clean" "clean as it is" "$($handover attach check clean-$f | sed -n '1s/.*: //p')"
	$handover attach clean $f >again 2>&1
	is "to standard output the same" "" "$(cmp again clean-$f 2>&1)"
	if command -v exiftool >/dev/null; then
		is "a judge finds nothing in $f but the picture" "" \
			"$(exiftool -a -G1 -s clean-$f | grep -vE '^\[(ExifTool|System|File|Composite|JFIF|PNG|PNG-pHYs)\]')"
	else
		skip "a judge finds nothing in $f but the picture" "exiftool is not installed"
	fi
done
if command -v exiftool >/dev/null; then
	is "the turned photograph stands upright" "$(exiftool -s3 -ImageHeight plain.jpg)x$(exiftool -s3 -ImageWidth plain.jpg)" \
		"$(exiftool -s3 -ImageSize clean-photo.jpg)"
else
	skip "the turned photograph stands upright" "exiftool is not installed"
fi
is "what was cleaned is a line of --json" "{\"file\":\"third.png\",\"format\":\"png\",\"bytes\":$(stat -c %s scan.png),\"clean_bytes\":101,\"antivirus\":\"off\"}" \
	"$($handover attach clean --json scan.png third.png)"
$handover attach clean photo.jpg clean-photo.jpg 2>err; rc=$?
is "an existing result is not replaced" 1 $rc
$handover attach clean photo.jpg photo.jpg 2>err; rc=$?
is "input and output may not be one file" "2 handover: input and output are the same file" "$rc $(cat err)"
printf 'GIF89a' >cv.bin
$handover attach clean cv.bin out.bin 2>err; rc=$?
is "a format of no extension is refused" "3 handover: cv.bin: its first bytes are not those of the format it is said to be" "$rc $(cat err)"
is "and leaves no result" no "$([ -e out.bin ] && echo yes || echo no)"
cp photo.jpg photo.png
$handover attach check photo.png 2>err; rc=$?
is "the first bytes must be those of the extension" \
	"3 handover: photo.png: its first bytes are not those of the format it is said to be" "$rc $(cat err)"
cp plain.jpg plain.jpg_old
$handover attach check plain.jpg_old 2>err; rc=$?
is "an extension of no format is not passed over" \
	"3 handover: plain.jpg_old: its first bytes are not those of the format it is said to be" "$rc $(cat err)"
$handover attach check photo.png clean-scan.png cv.pdf >out 2>err; rc=$?
is "several are checked in turn, and one that is refused stops none" "3 clean-scan.png: png, 101 bytes: clean as it is 2" \
	"$rc $(grep -v antivirus out) $(wc -l <err)"
is "each has its line as json" 2 "$($handover attach check --json clean-scan.png clean-photo.jpg | wc -l)"
head -c 100 scan.png >cut.png
$handover attach check cut.png 2>err; rc=$?
is "a cut picture is refused" "3 handover: cut.png: the file is damaged" "$rc $(cat err)"
$handover attach check --type id_copy plain.jpg 2>err; rc=$?
is "some types never leave" "4 handover: an attachment of type id_copy never leaves" "$rc $(cat err)"
$handover attach check --type diplom plain.jpg 2>err; rc=$?
is "an unknown type is a usage error" '2 handover: there is no attachment type "diplom", did you mean "diploma"?' "$rc $(cat err)"
