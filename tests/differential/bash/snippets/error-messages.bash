#### command not found
nonesuch_command
echo $?
#### command not found on a later line
echo one

nonesuch_command --with args
echo $?
#### command not found in a function
f() {
  nonesuch_command
}
f
#### command not found within a substitution
x=$(nonesuch_command)
echo "$? [$x]"
#### command not found in a pipeline
nonesuch_command | cat; echo "${PIPESTATUS[@]}"
#### command not found in a subshell over lines
(
  echo a
  nonesuch_command
)
#### command not found handler
command_not_found_handle() { echo "no $1 here"; return 127; }
foo bar; echo $?
#### file not found
./nonesuch.sh
echo $?
#### not executable
touch plain; ./plain
echo $?
#### is a folder
mkdir d; ./d
echo $?
#### binary that is none
printf '\x7fELFjunk' >b; chmod +x b; ./b
echo $?
#### bad interpreter
printf '#!/no/such/interp\n' >s; chmod +x s; ./s
echo $?
#### script without a first line
printf 'echo "ran $0"\nexit 3\n' >s; chmod +x s; ./s; echo $?
#### cd to what is not there
cd nonesuch
echo $?
#### cd to a file, with too many arguments, and home unset
touch f; cd f; cd a b; unset HOME; cd
echo $?
#### readonly
readonly r=1
r=2
echo "after $?"
#### readonly in a function
readonly r=1
f() { r=2; echo no; }
f
echo "after $?"
#### unset a readonly
readonly r; unset r; echo $?; declare -r q=1; declare q=2; echo $?
#### bad substitution
echo ${x!}
echo "after $?"
#### bad substitution in a function
f() { echo ${a b}; }
f
echo "after $?"
#### bad array subscript
a=(1); echo ${a[]}
echo "after $?"
#### invalid name
1x=2
2y
echo $?
#### invalid export and unset
export 1a; echo $?; unset 'a b'; echo $?; declare 'x y=1'; echo $?
#### integer expected
[ a -lt 1 ]; echo $?; [ 1 -foo 2 ]; echo $?; [ a b c ]; echo $?
#### missing bracket
[ a = a
echo $?
#### test with too many arguments
x='a b'; [ $x = y ]; echo $?
#### unary operator expected
unset x; [ $x = y ]; echo $?
#### shift too far
set -- a; shift 5; echo $?; shift -1; echo $?; shift x; echo $?
#### numeric argument required
return x; echo $?; for i in 1 2; do shift y; echo $?; done
#### invalid options of builtins
cd -z; echo $?; echo -z; read -Z x; echo $?; declare -Z; echo $?; type -Z; export -Z; trap -Z
#### local outside
local x=1; echo $?
#### not a function to show
declare -f nonesuch; echo $?; type nonesuch; echo $?
#### name reference loops
declare -n a=a; echo $?; declare -n b=c c=b; b=1; echo $?
#### assignment to a list of an element
a[0]=(1 2); echo "after $?"
#### associative array where none is
a=x; declare -A a; echo $?; declare -a m; declare -A m; echo $?
#### let and test errors over lines
let 'x = 1 +'
echo $?
[[ x =~ [ ]]
echo $?
#### printf errors
printf; echo $?; printf '%d\n' 1a; printf -v '1x' a; echo $?
#### break of a word, in a loop and at top level
for i in 1 2; do break y; done; echo $?
#### break of a word at top level
#@ differs stdout, stderr, status: loops
break y; echo $?
#### division in an index
#@ differs stdout, status: top level
a=(1); echo ${a[1/0]}
echo "after $?"
#### error of a program
ls /nonesuch; echo $?
cat nonesuch; grep x nonesuch; rm nonesuch; mkdir -p / ; mkdir /; echo $?
#### error on line 25
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
:
nonesuch_command; f() { cd nonesuch; }; f
#### error behind a here-document
cat <<EOF
1
2
EOF
nonesuch_command
#### error within eval
eval 'nonesuch_command
another_nonesuch'
echo $?
#### error in a child shell
bash -c 'nonesuch_command'; bash -c 'echo $((1/0))'; echo $?
#### argument list too long
x=$(head -c 200000 /dev/zero | tr '\0' x); /bin/echo "$x" "$x" | wc -c; echo "${PIPESTATUS[@]}"
#### ulimit errors
ulimit -x y 2>&1 | head -1; ulimit -n abc; echo $?
#### builtin and command of what is none
builtin nonesuch; echo $?; command nonesuch; echo $?; enable nonesuch; echo $?
#### hash and unalias of nothing
hash nonesuch; echo $?; unalias; echo $?
#### warning of a substitution with NUL bytes
x=$(printf 'a\0b\0c'); echo ${#x}
#### source with no name
.
echo $?
#### pushd and dirs
popd; echo $?; pushd; echo $?; dirs +5; echo $?
#### umask and wait
umask 999; echo $?; umask u=q; echo $?
#### mapfile errors
mapfile -n x a </dev/null; echo $?; mapfile 1x </dev/null; echo $?
