#### project scaffold
mkdir -p app/{src,tests}
cat >app/src/main.sh <<'EOF'
#!/usr/bin/env bash
set -euo pipefail
main() { echo "Hello, ${1:-world}"; }
main "$@"
EOF
chmod +x app/src/main.sh
app/src/main.sh; app/src/main.sh you
find app -type f | sort
#### logging functions with levels
log() { local level=$1; shift; printf '[%s] %s\n' "$level" "$*" >&2; }
info() { log INFO "$@"; }
die() { log FATAL "$@"; exit 1; }
info starting
[[ -f config.yml ]] || die "config.yml missing"
#### checking for tools
for t in bash awk nonesuch-tool; do
  if command -v "$t" >/dev/null 2>&1; then echo "ok $t"; else echo "missing $t"; fi
done
#### retry with a growing delay
attempt=0
flaky() { ((++attempt >= 3)); }
for delay in 0.01 0.02 0.03; do
  if flaky; then echo "ok after $attempt"; break; fi
  echo "retry in $delay"; sleep $delay
done
#### tests with a summary
pass=0 fail=0
check() { if [[ $2 == "$3" ]]; then ((pass++)); echo "ok - $1"; else ((fail++)); echo "not ok - $1 (got $2)"; fi; }
check add $((1 + 1)) 2; check sub $((5 - 3)) 3
echo "1..$((pass + fail)) # pass $pass fail $fail"; ((fail == 0))
#### editing a configuration
cat >app.conf <<'EOF'
[server]
port = 80
host = a
EOF
sed -i -E 's/^(port *= *).*/\18080/' app.conf
echo 'debug = true' >>app.conf
grep -n . app.conf
#### reading an INI file
section=
while IFS= read -r line; do
  case $line in
    '['*']') section=${line#[}; section=${section%]} ;;
    *=*) echo "$section.${line%%=*}=${line#*=}" ;;
  esac
done <<'EOF'
[a]
x=1
[b]
x=2
EOF
#### a lock folder
if mkdir lock 2>/dev/null; then echo got; fi
mkdir lock 2>/dev/null || echo busy
rmdir lock
#### backups that rotate
for i in 1 2 3 4; do
  for n in 2 1; do [[ -f b.$n ]] && mv b.$n b.$((n + 1)); done
  echo "$i" >b.1
done
head b.*
#### version compare
ver() { [[ $1 == "$2" ]] && echo = && return; [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n1) == "$1" ]] && echo '<' || echo '>'; }
ver 1.2.10 1.2.9; ver 1.0 1.0; ver 0.9 1.0
#### a repository's log, made by hand
commits=()
commit() { local h; h=$(printf '%s' "$1${commits[*]}" | md5sum | cut -c1-7); commits=("$h $1" "${commits[@]}"); }
commit 'first'; commit 'second'; commit 'fix: third'
for c in "${commits[@]}"; do read -r h m <<<"$c"; echo "$h ${m#fix: }"; done
#### changed files by checksum
mkdir s; echo 1 >s/a; echo 2 >s/b
(cd s && md5sum *) >before; echo 3 >s/b; (cd s && md5sum *) >after
diff before after | awk '/^>/ {print "changed", $3}'
(cd s && md5sum -c ../before 2>/dev/null)
#### progress on standard error, result on standard output
for f in one two three; do printf 'processing %s\n' "$f" >&2; echo "${#f}"; done | paste -sd+ | sed 's/$/ =/' | tr -d '\n'; echo
#### menu by a table of functions
declare -A cmds=([add]=do_add [list]=do_list)
items=(); do_add() { items+=("$*"); }; do_list() { printf -- '- %s\n' "${items[@]}"; }
while read -r cmd rest; do
  if [[ -n ${cmds[$cmd]-} ]]; then "${cmds[$cmd]}" $rest; else echo "unknown: $cmd" >&2; fi
done <<'EOF'
add milk
add two eggs
remove milk
list
EOF
#### template with variables
name=Ann; count=3
template='Dear {name}, you have {count} messages.'
for v in name count; do template=${template//"{$v}"/${!v}}; done
echo "$template"
#### a queue of jobs with statuses
declare -A st
for j in a b c; do (case $j in b) exit 2 ;; esac) & st[$j]=$!; done
for j in a b c; do if wait "${st[$j]}"; then echo "$j ok"; else echo "$j failed $?"; fi; done
#### disk usage of folders
mkdir u v; head -c 5000 /dev/zero >u/f; head -c 100 /dev/zero >v/f
for d in u v; do printf '%s %s\n' "$(stat -c %s $d/* | paste -sd+ | xargs -I{} expr {})" $d; done
#### searching and replacing over a tree
mkdir -p t/x; echo 'old name' >t/a; echo 'none' >t/x/b; echo 'old old' >t/x/c
grep -rl old t | sort | while read -r f; do sed -i 's/old/new/g' "$f"; echo "$f: $(<"$f")"; done
#### function library that is sourced
cat >lib.sh <<'EOF'
lib_loaded=1
trim() { local s=$*; s="${s#"${s%%[![:space:]]*}"}"; echo "${s%"${s##*[![:space:]]}"}"; }
EOF
source ./lib.sh; echo "[$(trim '  a b  ')] $lib_loaded"
#### arguments of a script in a child
cat >s.sh <<'EOF'
#!/bin/bash
echo "$0 $# $*"; for a; do echo "- $a"; done; exit $#
EOF
bash s.sh 'a b' c; echo $?
#### environment file
cat >.env <<'EOF'
# settings
DB_HOST=localhost
DB_NAME="my db"
EOF
set -a; . ./.env; set +a; bash -c 'echo "$DB_HOST $DB_NAME"'
#### makefile-like freshness
touch -d @100 src; touch -d @200 out
[[ out -nt src ]] && echo 'up to date'; touch -d @300 src; [[ src -nt out ]] && echo rebuild
#### fizzbuzz
for i in {1..15}; do o=; ((i % 3)) || o=Fizz; ((i % 5)) || o+=Buzz; echo "${o:-$i}"; done | paste -sd' '
#### roman numerals
roman() { local n=$1 r= i; local v=(10 9 5 4 1) s=(X IX V IV I); for i in "${!v[@]}"; do while ((n >= v[i])); do r+=${s[i]}; ((n -= v[i])); done; done; echo $r; }
roman 14; roman 39
#### word frequency
tr -cs '[:alpha:]' '\n' <<<'The cat and the dog and the bird' | tr '[:upper:]' '[:lower:]' | sort | uniq -c | sort -k1,1nr -k2 | head -n 2
#### temporary folder with a trap in a subshell
( d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; echo x >"$d/f"; cat "$d/f"; echo "$d" >name ); [[ -e $(<name) ]] || echo gone
#### generator and consumer over a fifo
mkfifo q; (for i in 1 2 3; do echo "job $i"; done >q) & while read -r l; do echo "did $l"; done <q; wait
#### strict script that fails in the middle
set -euo pipefail
step() { echo "== $1"; }
step build
step test
cp nonesuch.txt dest.txt
step deploy
#### strict script with a cleanup
set -Eeuo pipefail
trap 'echo "failed on line $LINENO" >&2' ERR
trap 'echo cleanup' EXIT
mkdir work
cd work
ls missing-file 2>/dev/null
echo no
#### checking arguments
set -- only-one
if (($# < 2)); then echo "usage: $0 SRC DEST" >&2; exit 64; fi
#### pip-like version check of a tool
v=$(bash --version | head -n 1); [[ $v =~ version\ ([0-9]+)\. ]] && ((BASH_REMATCH[1] >= 4)) && echo 'new enough'
#### waits for a file to appear
(sleep 0.03; echo ready >flag) &
for i in {1..200}; do [[ -s flag ]] && break; sleep 0.01; done; cat flag; wait
#### brace group as a try block
{ mkdir x && cd x && false && echo no; } || { echo "caught $?"; cd ..; }; [[ -d x ]] && echo made
#### spawns many processes
n=0; for i in {1..40}; do n=$((n + $(echo 1))); done; echo $n
#### state machine
state=start; while [[ $state != end ]]; do case $state in start) state=middle ;; middle) state=end ;; esac; echo $state; done
