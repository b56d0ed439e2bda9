#### errexit stops
set -e
echo a
false
echo b
#### errexit with the status of the command
set -e
bash -c 'exit 42'
echo no
#### errexit exceptions
set -e
false || echo or
if false; then :; fi
while false; do :; done
! true
false && true
echo end
#### errexit in a function as a condition
set -e
f() { false; echo "goes on"; }
if f; then echo ok; fi
f || true
echo end
#### errexit in a function
set -e
f() { echo in; false; echo no; }
f
echo no
#### errexit and a subshell
set -e
(false; echo no)
echo no
#### errexit and a command substitution
set -e
echo "x $(false) y"
v=$(false)
echo no
#### errexit and arithmetic
set -e
n=0
((n++))
echo no
#### errexit and a pipeline
set -e
false | true
echo on
true | false
echo no
#### errexit and let, local, export
set -e
f() { local v=$(false); echo "local hides it"; }; f
export w=$(false); echo "export too"
let n=0
echo no
#### nounset
set -u
echo start
echo "$undefined"
echo no
#### nounset with defaults
set -u
echo "${x-default} ${x:-d} ${#} ${*-none} ${a[@]-empty}"
#### nounset for a position and an element
set -u
a=(1)
echo "${a[0]}"
echo "${a[5]}"
echo no
#### nounset for $1
set -u
echo "first: $1"
#### nounset in arithmetic
set -u
echo $((x + 1))
echo no
#### nounset in a subshell
set -u
(echo $nope; echo no)
echo "status $?"
#### pipefail with errexit
set -eo pipefail
false | cat
echo no
#### strict mode in full
set -euo pipefail
IFS=$'\n\t'
files=(a b)
for f in "${files[@]}"; do echo "$f"; done
grep -q nothing /dev/null
echo no
#### strict mode, handled
set -euo pipefail
if ! out=$(ls /nonesuch 2>&1); then echo "failed as planned"; fi
count=$(grep -c x /dev/null || true); echo "count $count"
#### xtrace
#@ differs stderr: tracing
set -x
a=1
echo "$a b" 'c d'
set +x
echo quiet
#### xtrace of a whole script
#@ differs stderr: tracing
set -x
for i in 1 2; do [[ $i == 2 ]] && echo "two"; done
#### xtrace within a function and a substitution
#@ differs stderr: tracing
set -x
f() { echo $(echo in); }
f
#### xtrace with a PS4 of its own
#@ differs stderr: tracing
PS4='trace: '
set -x
echo a
{ set +x; } 2>/dev/null
echo b
#### xtrace into a file
exec 7>trace; BASH_XTRACEFD=7
set -x
echo a
set +x
exec 7>&-
sed 's/^+*/+/' trace
#### verbose
set -v
echo a
# comment
echo b
#### set shows positional parameters and options
set -- x y; echo $# $-; set -fu; echo $-; set +f; echo $-; set -o | grep nounset
#### allexport
set -a; A=1; set +a; B=2; bash -c 'echo [$A] [$B]'
#### keyword and hashall
set +h; hash ls; echo $?
#### privileged options that are wrong
set -Z; echo $?; set -o nonesuch; echo $?
#### posix mode
set -o posix; echo $-; shopt -o posix; unset -v HOME; echo ~ | head -c 1; echo
#### monitor mode
set -m; case $- in *m*) echo on ;; esac; (sleep 0; exit 3) & wait $!; echo $?; set +m
#### noexec by a child
bash -n -c 'echo no; if'; echo $?; bash -nc 'echo ok'; echo $?
#### onecmd
#@ differs stdout: one command
set -t
echo one
echo two
#### braceexpand off
set +B; echo {a,b}; set -B; echo {a,b}
#### functrace
set -T; trap 'echo "d ${FUNCNAME[0]-}"' DEBUG; f() { echo x; }; f; trap - DEBUG
