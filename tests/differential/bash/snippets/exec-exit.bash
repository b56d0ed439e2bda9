#### exit with a number
exit 3
#### exit with nothing
false
exit
#### exit is taken modulo 256
exit 300
#### exit of a negative number
exit -1
#### exit of a word
exit abc
#### exit with too many arguments
#@ differs stdout, status: top level
exit 1 2
echo "after $?"
#### exit in a function
f() { exit 9; }
f
echo no
#### exit in a loop and a condition
for i in 1 2 3; do if [ $i = 2 ]; then exit 5; fi; echo $i; done
#### exit behind ||
cd /nonesuch || exit 4
#### exit in braces with a redirection
{ echo gone; exit 6; } >/dev/null
#### exit in a pipeline is a subshell's
echo x | exit 7; echo $?
#### exec of a command
exec echo replaced
echo no
#### exec with a status
exec sh -c 'exit 5'
#### exec with another name
exec -a myname bash -c 'echo $0'
#### exec of what is not there
exec nonesuch_command
echo "after $?"
#### exec of what is not there with execfail
shopt -s execfail
exec nonesuch_command
echo "after $?"
#### exec of a folder
exec /
echo "after $?"
#### exec in a subshell
(exec echo sub); echo here
#### exec with an empty environment
exec -c bash -c 'echo ${HOME-none}'
#### kill -9 oneself
echo before
kill -9 $$
echo no
#### kill -TERM oneself
echo before
kill $$
sleep 5
#### kill -HUP oneself
kill -HUP $$
sleep 5
#### kill -INT oneself
kill -INT $$
echo no
#### kill -QUIT oneself
ulimit -c 0; kill -QUIT $$
echo on
#### kill -PIPE oneself
kill -PIPE $$
echo no
#### error message and exit
echo 'error: config missing' >&2; exit 2
#### logout of a shell that is none
logout
echo "after $?"
#### last status is the status
true
false
#### status of the last pipeline with a negation
! true
#### status of a command that is killed
#@ masks: job
bash -c 'kill -9 $$'
#### status of a background start
false &
#### ending in a comment
(exit 8)
# the end
#### ending in a function definition
false
f() { :; }
#### ending in an empty here-document
false
cat <<EOF
EOF
#### required variable
: "${MUST:?must be set}"
echo no
#### required variable without words
: ${MUST?}
echo no
#### required variable that is there
MUST=1; : "${MUST:?no}"; echo ok
#### required variable within a function with an EXIT trap
trap 'echo "trap $?"' EXIT
f() { : "${1:?no argument}"; }
f
#### exit under errexit in a trap of ERR
set -e
trap 'exit 77' ERR
false
#### return with too many arguments
#@ differs stdout, status: top level
return 1 2
echo "after $?"
#### shift with too many arguments
#@ differs stdout, status: top level
set -- a b c
shift 1 2
echo "after $?"
#### too many arguments in a function
#@ differs stdout, status: top level
f() { return 1 2; echo in; }
f
echo "after $?"
#### too many arguments, within a function and a condition
#@ differs stdout, status: top level
f() { exit 1 2; }
f || echo or
echo "after $?"
