#### variables, functions and arrays
x=1; a=(1 2 3); f() { echo "f $1 $x"; }
#--
f "${a[1]}"; x=2
#--
f "${#a[@]}"
#### the status and the last argument
false a b
#--
echo $? $_
#--
true p q
#--
echo "$_ $?"
#### PIPESTATUS
#@ differs stdout: PIPESTATUS
(exit 3) | (exit 4) | true
#--
echo "${PIPESTATUS[@]}"
#### the directory and the one before
mkdir -p d/e; cd d/e
#--
echo "${PWD##*/} $(basename "$OLDPWD" | cut -c1-7)"
cd ..
#--
cd - >/dev/null; echo "${PWD##*/}"
#### the old directory goes to children
mkdir d; cd d
#--
bash -c '[[ -n $OLDPWD ]] && echo set'
#### background job and its wait
(exit 9) & p=$!
#--
wait $p; echo $?; [[ $! == $p ]] && echo same
#### options and shopt
set -f; shopt -s extglob nullglob
#--
echo *; set +f; echo *.none end; case aab in +(a)b) echo ext ;; esac
#### strict mode in pieces
set -euo pipefail
#--
x=$(echo v); echo "$x" | cat
#--
echo "${unset_one:-default}" $-
#### strict mode that fails at the end
set -euo pipefail
#--
echo work
#--
false
#### an error trap
trap 'echo "err $?"' ERR
#--
false
#--
true; (exit 3)
#--
trap - ERR; false
#### a debug trap
trap 'echo "+ $BASH_COMMAND"' DEBUG
#--
x=1
echo $x
#--
trap - DEBUG
#--
echo quiet
#### an exit trap, then exit
trap 'echo bye $x' EXIT
#--
x=1; echo hi
#--
x=2; exit 3
#### traps are listed
trap 'echo one' USR1
#--
trap -p USR1; kill -USR1 $$
#### an own trap for INT
trap 'echo int' INT
#--
kill -INT $$; echo on
#### getopts goes on
set -- -a -b v rest; getopts ab: o; echo $o
#--
getopts ab: o; echo "$o $OPTARG"
#--
getopts ab: o; echo "$? $OPTIND"
#### positional parameters
set -- one 'two three'
#--
shift; echo "$# $1"
#### IFS of one's own
IFS=,
#--
v=a,b,c; set -- $v; echo $# "$*"
#--
IFS=0123456789abcdef; echo $?
#--
v=1x2; printf '<%s>' $v; echo
#### aliases
shopt -s expand_aliases; alias hi='echo hello'
#--
hi you
#--
unalias hi; hi
echo $?
#### a descriptor stays open
exec 7>log; echo one >&7
#--
echo two >&7; exec 7>&-
#--
cat log
#### reading on from a descriptor
printf '1\n2\n3\n' >in; exec 6<in; read -r a <&6
#--
read -r b <&6; echo $a$b
#--
cat <&6
#### random numbers go on
RANDOM=7; a=$RANDOM
#--
b=$RANDOM; RANDOM=7; [[ "$a $b" == "$RANDOM $RANDOM" ]] && echo same
#### umask, ulimit and the stack of directories
umask 077; ulimit -n 100; mkdir d; pushd d >/dev/null
#--
umask; ulimit -n; echo ${#DIRSTACK[@]}; popd >/dev/null; ls
#### coproc
coproc { while read -r l; do echo "re $l"; done; }
#--
echo hi >&"${COPROC[1]}"; read -r x <&"${COPROC[0]}"; echo "$x"
#--
exec {COPROC[1]}>&-; wait $COPROC_PID; echo $?
#### matches of a regular expression
[[ a1b2 =~ ([a-z])([0-9]) ]]
#--
echo "${BASH_REMATCH[@]}"
#### readonly stays
#@ differs stderr: lines
readonly r=1
#--
r=2; echo no
#--
echo $r
#### export and its end
export A=1 B=2
#--
export -n A; bash -c 'echo "[$A] [$B]"'
#### tracing goes on
#@ differs stderr: tracing
set -x
#--
echo a
#--
set +x
#--
echo quiet
#### names that the shell of a session uses itself
printf() { echo "my printf"; }; read() { echo "my read"; }; eval() { echo "my eval"; }
#--
printf x; read x; eval x
#--
unset -f printf read eval; printf '%s\n' ok
#### a function named trap
trap() { echo "my trap"; }
#--
trap
#--
unset -f trap; trap -p USR1; echo ok
#### a function named set
set() { echo "my set"; }
#--
set -x
#--
unset -f set; echo ok
#### functions named return, command, cd and test
return() { echo "my return"; }; command() { echo "my command"; }; cd() { echo "my cd"; }; test() { echo "my test"; }
#--
return 3; command x; cd /; test
#### functions named declare, unset, shopt, kill, unset and exit
declare() { echo "my declare"; }; unset() { echo "my unset"; }; kill() { echo "my kill"; }; exit() { echo "my exit $1"; }
#--
declare x; unset x; kill 1; exit 4
#### exec by a function's name
#@ differs stdout: functions
exec() { echo "my exec"; }
#--
exec x
#--
echo still
#### locale and its messages
LC_ALL=C; s=é; echo ${#s}
#--
LC_ALL=C.UTF-8; echo ${#s}
#### a function that is changed while it is used
f() { f() { echo new; }; echo old; }; f
#--
f
#### name reference and integer attributes
declare -n r=t; declare -i n=5
#--
r=x; n+=1; echo $t $n
#### POSIX mode
set -o posix
#--
echo $-; export X=1; X=2 :; echo $X
#--
set +o posix; shopt -o posix
#### history of a script written, run and mended
cat >s.sh <<'EOF'
echo start
nonesuch_cmd
EOF
bash s.sh
#--
sed -i 's/nonesuch_cmd/echo mended/' s.sh
#--
bash s.sh; rm s.sh; ls
#### set -k, nocasematch and GLOBIGNORE
set -k; shopt -s nocasematch; GLOBIGNORE='*'
#--
[[ A == a ]] && echo same; echo *
#--
set +k; shopt -u nocasematch; unset GLOBIGNORE; [[ A == a ]] || echo other
#### allexport
set -a; V=1
#--
W=2; bash -c 'echo $V $W'
#### an empty piece and a comment between
false
#--

#--
# only a comment
#--
echo $?
#### a name of a variable that reads itself
x=${x:-}1
#--
x=${x:-}1
#--
echo $x
#### a message about a later line
#@ differs stderr: lines
echo one
echo two
#--
nonesuch_command
#### output goes to a file from now on
#@ differs stdout, stderr: streams
exec >log
#--
echo hidden
#--
cat log >&2
#### input comes from a file from now on
#@ differs stdout: streams
printf '1\n2\n' >in; exec <in; read -r a
#--
read -r b; echo "$a$b"
#### break out of what is not a loop
for i in 1 2; do break; done; x=$i
#--
echo $x
#### a cached path of a command
#@ masks: folder
#@ differs stderr: lines
mkdir b; printf '#!/bin/sh\necho mine\n' >b/tool; chmod +x b/tool; PATH=$PWD/b:$PATH; tool
#--
hash | grep -c tool; rm b/tool; tool
echo $?
#### time and SECONDS
SECONDS=100
#--
((SECONDS >= 100 && SECONDS < 110)) && echo counted
#### disowned and listed jobs
sleep 5 & p=$!
#--
jobs -r | wc -l; kill $p; wait $p 2>/dev/null; echo $?
#--
jobs
#### a project in several steps
mkdir -p src && cd src
#--
cat >add.sh <<'EOF'
add() { echo $(($1 + $2)); }
EOF
#--
. ./add.sh
#--
add 2 3; [[ $(add 2 3) == 5 ]] && echo PASS || echo FAIL
#--
cd .. && find . -name '*.sh'
