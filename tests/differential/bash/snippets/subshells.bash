#### variables and directory stay outside
mkdir d; x=1; (x=2; cd d; echo "$x ${PWD##*/}"); echo "$x"; [[ $PWD == */d ]] || echo back
#### exit leaves the subshell alone
(exit 5); echo $?; (exit); echo $?
#### BASHPID and BASH_SUBSHELL
echo $BASH_SUBSHELL $(echo $BASH_SUBSHELL) $( (echo $BASH_SUBSHELL) )
[[ $(echo $BASHPID) != $$ ]] && [[ $(echo $$) == $$ ]] && echo pids
#### command substitution strips newlines at the end
x=$(printf 'a\n\nb\n\n\n'); echo "[$x]"
#### substitution of a file
echo content >f; echo "$(<f)"
#### substitution drops NUL
x=$(printf 'a\0b'); echo "$x"
#### nested
(echo 1; (echo 2; (echo 3; exit 3); echo $?); echo $?)
#### set within is lost outside
(set -f; echo *x*); case $- in *f*) echo on ;; *) echo off ;; esac
#### trap of a subshell
(trap 'echo sub bye' EXIT; echo in); echo out
#### functions are there
f() { echo "f $1"; }; (f 1; f() { echo changed; }; f); f 2
#### a status through assignments
x=$(false); echo $?; local_test() { local y=$(false); echo $?; }; local_test
#### errors in a subshell
(echo ${u?not set}; echo no); echo $?
#### errexit in a substitution
set -e
x=$(false; echo go on); echo "$x"
shopt -s inherit_errexit
y=$(false; echo go on) || echo "status $?"
echo "[$y]"
#### parallel output, joined
for i in 1 2 3; do echo $i & done | sort; wait
#### group in braces runs here
x=1; { x=2; }; echo $x
#### a subshell as condition
if (cd /nonesuch 2>/dev/null); then echo yes; else echo no; fi
#### exit trap is not inherited
trap 'echo outer' USR1
(trap -p USR1; kill -USR1 $BASHPID 2>/dev/null; echo survived); echo $?
