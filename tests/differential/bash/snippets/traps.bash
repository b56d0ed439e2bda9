#### EXIT with an explicit exit
trap 'echo bye $?' EXIT
echo hi
exit 3
#### EXIT at the end of the text
#@ differs stdout: exit trap
trap 'echo bye $?' EXIT
echo hi
#### EXIT changes the status
trap 'exit 9' EXIT
exit 1
#### EXIT under errexit
set -e
trap 'echo "cleaning $?"' EXIT
echo work
false
echo no
#### EXIT after an unset variable
set -u
trap 'echo "cleaning $?"' EXIT
echo $nope
#### cleaning up a temporary file
tmp=work.tmp; touch $tmp
trap 'rm -f "$tmp"; echo removed' EXIT
[ -e $tmp ] && echo there
exit 0
#### EXIT is taken back
trap 'echo no' EXIT
trap - EXIT
echo end
exit 2
#### ERR
trap 'echo "err $? line $LINENO"' ERR
true
false
(exit 4)
if false; then :; fi
false || true
echo end
#### ERR within functions and with errtrace
trap 'echo "err ${FUNCNAME[0]:-main}"' ERR
f() { false; true; }
f
set -E
f
#### ERR with errexit
set -eE
trap 'echo "failed: $BASH_COMMAND ($?)"' ERR
f() { ls /nonesuch 2>/dev/null; }
f
echo no
#### DEBUG
trap 'echo "+ $BASH_COMMAND"' DEBUG
x=1
echo $x
trap - DEBUG
echo quiet
#### DEBUG with extdebug skips a command
shopt -s extdebug
trap '[[ $BASH_COMMAND != *skip* ]]' DEBUG
echo one
echo skip
echo two
trap - DEBUG
#### RETURN
f() { trap 'echo returned; trap - RETURN' RETURN; echo in; }
f
echo out
#### a signal to oneself
trap 'echo got usr1' USR1
kill -USR1 $$
echo after
#### several signals and one action
trap 'echo sig' USR1 USR2
kill -USR1 $$; kill -USR2 $$
trap '' USR1; kill -USR1 $$; echo ignored
#### TERM with an exit
trap 'echo terminated; exit 143' TERM
kill $$
echo no
#### INT of the user's own
trap 'echo int' INT
kill -INT $$
echo on
#### listing
trap 'echo "it'"'"'s"' USR1; trap '' USR2; trap -p USR1 USR2
#### listing of a fresh shell
#@ differs stdout: names
trap -p
#### trap -l and names
trap -l | head -2; trap 'echo a' SIGUSR1; trap 'echo b' usr1; trap -p SIGUSR1; trap x NONESUCH; echo $?
#### a trap that sets variables
n=0; trap '((n++))' USR1; kill -USR1 $$; kill -USR1 $$; echo $n
#### a trap during wait
trap 'woke=yes' USR1
sleep 30 & p=$!
(until [[ -e done ]]; do kill -USR1 $$; sleep 0.02; done) &
wait $p; echo $(($? > 128)) $woke; trap '' USR1; touch done; kill $p; wait
#### traps of children
trap 'echo parent' USR1; trap '' USR2
bash -c 'trap; kill -USR2 $$; echo alive'
#### reset within a subshell
trap 'echo no' TERM; (trap - TERM; kill $BASHPID; echo no); echo $?
#### EXIT in a function that exits
cleanup() { echo "cleanup $1 $?"; }
trap 'cleanup now' EXIT
die() { echo "fatal: $*" >&2; exit 12; }
die broken
#### stack of a failing function
set -eE
trace() { local i=0; while caller $i >&2; do ((++i)); done; }
trap trace ERR
a() { b; }
b() { false; }
a
#### ERR in a pipeline and a substitution
trap 'echo err' ERR
false | true; true | false; x=$(false); echo end
#### an EXIT trap that fails
trap 'false' EXIT
exit 0
#### an EXIT trap with a syntax error
#@ differs stderr: exit trap
trap 'echo (' EXIT
exit 0
