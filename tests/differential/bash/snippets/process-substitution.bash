#### as input
while read -r x; do echo "got $x"; done < <(printf '%s\n' 1 2)
#### variables stay
n=0; while read -r x; do ((n += x)); done < <(seq 4); echo $n
#### two inputs
paste <(seq 3) <(printf '%s\n' a b c); comm -12 <(printf '%s\n' a b c) <(printf '%s\n' b c d)
#### as output
echo text > >(tr a-z A-Z >f); wait $!; cat f
#### tee into two
seq 3 | tee >(wc -l >count) >(sed s/^/x/ >xs) >/dev/null; while [[ ! -s count || $(wc -l <xs) != 3 ]]; do sleep 0.01; done; cat count xs
#### status of a substitution by wait
cat < <(echo a; exit 3); wait $!; echo $?
#### kind of name
[[ $(echo <(:)) == /dev/fd/* ]] && echo fd
#### error stream filtered
{ echo keep >&2; echo drop >&2; } 2> >(grep -v drop >&2); wait $!
#### coproc
coproc { while read -r l; do echo "re: $l"; done; }
echo hi >&"${COPROC[1]}"; read -r x <&"${COPROC[0]}"; echo "$x"
exec {COPROC[1]}>&-; wait $COPROC_PID; echo $?
#### coproc with a name
coproc CALC { while read -r e; do echo $((e)); done; }
for e in 1+1 6*7; do echo "$e" >&"${CALC[1]}"; read -r r <&"${CALC[0]}"; echo "$e=$r"; done
p=$CALC_PID; kill $p; wait $p; echo $?
#### coproc of a command
coproc tr a-z A-Z; fds=("${COPROC[@]}"); echo up >&"${fds[1]}"; exec {fds[1]}>&-; cat <&"${fds[0]}"
#### named pipe
mkfifo p; { echo through >p; } & cat p; wait
#### sort -u of two files by substitution
sort -u <(printf 'b\na\n') <(printf 'c\na\n')
#### source from a substitution
. <(echo 'v=5; echo sourced'); echo $v
#### source with arguments and return
printf 'echo "$1 $#"; return 4; echo no\n' >lib.sh; . ./lib.sh x y; echo $?
#### source of a file that is not there
. ./nonesuch.sh
echo "status $?"
#### source with errors on its lines
printf 'true\nnonesuch_cmd\n' >lib.sh; source lib.sh; echo $?
