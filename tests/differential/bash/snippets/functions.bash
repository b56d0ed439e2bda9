#### arguments and status
f() { echo "$# $1 $2"; return 7; }; f a 'b c'; echo $?
#### local variables
x=g; f() { local x=l; g; echo $x; }; g() { echo "sees $x"; x=changed; }; f; echo $x
#### local without a value
x=g; f() { local x; echo "[${x-unset}]"; }; f
#### recursion
down() { (($1 == 0)) && return; echo $1; down $(($1 - 1)); }; down 3
#### hanoi
moves=0; hanoi() { (($1)) || return 0; hanoi $(($1 - 1)) $2 $4 $3; ((++moves)); hanoi $(($1 - 1)) $4 $3 $2; }
hanoi 5 a c b; echo $moves
#### function keyword and other bodies
function a { echo a; }; b() (x=1; echo b); c() { echo c; } >&2; a; b; c; echo [$x]
#### FUNCNAME, BASH_LINENO and caller
outer() { inner; }
inner() {
  echo "${FUNCNAME[0]} ${FUNCNAME[1]} ${BASH_LINENO[0]}"
  caller 0
}
outer
#### whole call stack
a() { b; }
b() { local i; for ((i = 0; i < ${#FUNCNAME[@]}; i++)); do echo "$i ${FUNCNAME[i]}"; done; }
a
#### LINENO within and outside
echo $LINENO
f() {
  echo $LINENO
}

f
echo $LINENO
#### declare -f shows it
greet() { if [ "$1" ]; then echo "hi $1"; else echo nobody; fi; }
declare -f greet; declare -F greet; type -t greet
#### unset a function
f() { echo f; }; unset -f f; f; echo $?
#### over a builtin and a command
cd() { builtin cd "$@" && echo "in ${PWD##*/}"; }; mkdir d; cd d
ls() { command ls "$@" | wc -l; }; ls
#### exported to a child
f() { echo "child $1"; }; export -f f; bash -c 'f x'
#### return outside of a function
return 3
echo "after $?"
#### return value by global, echo and name
by_echo() { echo v1; }; by_global() { R=v2; }; by_name() { printf -v "$1" %s v3; }
a=$(by_echo); by_global; by_name b; echo $a $R $b
#### default arguments
f() { local a=${1:-x} b=${2-y}; echo $a$b; }; f; f 1; f '' ''
#### arguments passed on
f() { g "$@"; }; g() { printf '<%s>' "$@"; echo " $#"; }; f a 'b c' ''
#### variable of a prefix assignment
f() { echo $X; bash -c 'echo [$X]'; }; X=1 f; echo "[$X]"
#### readonly function and variable
readonly x=1; x=2; echo "status $?"
f() { :; }; readonly -f f; f() { echo no; }; echo "status $?"
#### dynamic definition
for n in one two; do eval "say_$n() { echo $n \"\$@\"; }"; done; say_one x; say_two y
#### deep recursion
f() { (($1 > 0)) && f $(($1 - 1)) || echo bottom; }; f 500
#### FUNCNEST
FUNCNEST=5; f() { f; }; f
echo "after $?"
#### local - restores options
f() { local -; set -f; echo *; }; touch x; f; echo *
