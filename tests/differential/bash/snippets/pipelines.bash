#### three stages
printf '3\n1\n2\n' | sort | head -n 2
#### status is the last one's
false | true; echo $?; true | false; echo $?
#### PIPESTATUS
(exit 1) | (exit 2) | (exit 3); echo "${PIPESTATUS[@]} $?"
#### PIPESTATUS of one command, and after it
false; echo ${PIPESTATUS[0]}; true; echo ${#PIPESTATUS[@]}
#### pipefail
set -o pipefail
false | true; echo $?; (exit 3) | (exit 4) | true; echo $?
#### negation
! true; echo $?; ! false | true; echo $?; ! true | false; echo $?
#### variables of a loop in a pipe are lost
n=0; printf '1\n2\n' | while read -r x; do ((n += x)); done; echo $n
#### lastpipe keeps them
shopt -s lastpipe
n=0; printf '1\n2\n' | while read -r x; do ((n += x)); done; echo $n
#### error stream into the pipe
{ echo o; echo e >&2; } |& sort
#### broken pipe
yes | head -n 2; echo "${PIPESTATUS[@]}"
#### broken pipe of a builtin
trap '' PIPE
{ for i in {1..20000}; do echo "line $i" || exit 9; done; } 2>/dev/null | head -n 1
echo "${PIPESTATUS[@]}"
#### broken pipe in a loop, signal
for i in {1..20000}; do echo "line $i"; done | head -n 1; echo "${PIPESTATUS[@]}"
#### lists
true && echo a || echo b; false && echo c || echo d; false || false || echo e
#### list with a pipe
echo x | grep -q y && echo found || echo missing
#### grouped into a pipe
{ echo b; echo a; } | sort; (echo d; echo c) | sort
#### time of a pipe goes to standard error
TIMEFORMAT='took'; time sleep 0 | cat
#### xargs runs
printf '%s\n' a b c | xargs -n 1 echo item
#### subshell in each stage
x=1; { x=2; echo $x; } | cat; echo $x
#### command substitution of a failing pipe
x=$(echo part; exit 3); echo "$x $?"
#### long chain
seq 1 100 | grep 5 | sed 's/5/five/' | tr -d 1 | sort -u | wc -l
