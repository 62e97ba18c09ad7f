#!/bin/bash
# handover age against the stock tool: pairs run in turns on a file in memory, output to /dev/null, start of the process
# included. Prints the median of the paired ratios of wall time (stock / ours; above 1 is faster), the medians of both,
# and of the processor time, which neighbours on a busy machine disturb less.
# "2cores": both may use two. "1thread": ours with --threads 1, the stock tool (whose collector works beside it) as it
# likes. "1core": both held to one core. ROUNDS (11) and MIB (512) may be set.
set -u
H=$PWD/${BUILD:-build/rel}/handover
rounds=${ROUNDS:-11} mib=${MIB:-512}
work=$(mktemp -d -p /dev/shm) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
exec 3>&2 2>/dev/null
TIMEFORMAT='%R %U %S'

measure() { # FILE COMMAND...: append wall and processor seconds
	local out=$1
	shift
	{ time "$@" >/dev/null 2>&3; } 2>"$out.one" || { echo "bench age failed: $*" >&3; exit 1; }
	awk '{ print $1, $2 + $3 }' "$out.one" >>"$out"
}
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
compare() { # NAME GOAL MB CPUS STOCK OURS: the two are shell commands
	local name=$1 goal=$2 mb=$3 cpus=$4
	rm -f a b
	for ((i = 0; i < rounds; i++)); do
		measure a taskset -c "$cpus" sh -c "exec $5"
		measure b taskset -c "$cpus" sh -c "exec $6"
	done
	paste a b | awk '{ print $1 / $3 }' >ratios
	paste a b | awk '{ print $2 / $4 }' >cpu
	printf 'bench age.%s ratio=%.2f goal=%s min=%.2f max=%.2f cpu_ratio=%.2f stock_s=%.3f ours_s=%.3f ours_MB_s=%.0f n=%d\n' \
		"$name" "$(median <ratios)" "$goal" "$(sort -g ratios | head -1)" "$(sort -g ratios | tail -1)" "$(median <cpu)" \
		"$(cut -d' ' -f1 a | median)" "$(cut -d' ' -f1 b | median)" \
		"$(cut -d' ' -f1 b | median | awk -v mb="$mb" '{ print mb / $1 }')" "$rounds"
}

# Peak memory of a command that is held up near its end by a pipe.
peak_kb() { # BYTES COMMAND...
	local most=$1 pid
	shift
	rm -f held && mkfifo held
	"$@" >held &
	pid=$!
	{ head -c "$most" >/dev/null; awk '/^VmHWM/ { print $2 }' "/proc/$pid/status"; cat >/dev/null; } <held
	wait "$pid"
}

cores=$(nproc)
allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)
first=${allowed%%[-,]*}
two=$allowed
[ "$cores" -gt 2 ] && two=$(taskset -pc $$ | sed 's/.*: //' | tr ',' '\n' | awk -F- '{ for (i = $1; i <= ($2 == "" ? $1 : $2); i++) print i }' | head -2 | paste -sd,)
echo "bench age.machine cpu='$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)' cores=$cores load=$(cut -d' ' -f1 /proc/loadavg) stock='$(age --version)' mib=$mib"

openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero | head -c $((mib << 20)) >plain
head -c 1048576 plain >small
"$H" age keygen -o key >/dev/null
r=$(sed -n 's/^# public key: //p' key)
age -r "$r" -o sealed plain
for ((i = 0; i < 1000; i++)); do age-keygen; done | tee keys | sed -n 's/^# public key: //p' >list
tail -1 keys >last
mb=$((mib * 1048576 / 1000000))

compare encrypt.2cores 1.8 $mb "$two" "age -r $r plain" "$H age encrypt -r $r plain"
compare decrypt.2cores 3.0 $mb "$two" "age -d -i key sealed" "$H age decrypt -i key sealed"
compare encrypt.1thread 1.25 $mb "$two" "age -r $r plain" "$H age encrypt --threads 1 -r $r plain"
compare decrypt.1thread 2.0 $mb "$two" "age -d -i key sealed" "$H age decrypt --threads 1 -i key sealed"
compare encrypt.1core 1.25 $mb "$first" "age -r $r plain" "$H age encrypt -r $r plain"
compare decrypt.1core 2.0 $mb "$first" "age -d -i key sealed" "$H age decrypt -i key sealed"
compare encrypt.1000recipients 1.5 1 "$two" "age -R list small" "$H age encrypt -R list small"
age -R list -o many small
compare decrypt.1000th 1.5 1 "$two" "age -d -i last many" "$H age decrypt -i last many"
compare encrypt.armor.2cores - $mb "$two" "age -a -r $r plain" "$H age encrypt -a -r $r plain"
hold=$(((mib - 8) << 20))
printf 'bench age.rss encrypt_KiB=%d decrypt_KiB=%d goal=65536\n' "$(peak_kb $hold "$H" age encrypt -r "$r" plain)" \
	"$(peak_kb $hold "$H" age decrypt -i key sealed)"
