#### both streams, each its own
echo out; echo err >&2
#### swapped
{ echo out; echo err >&2; } 3>&1 1>&2 2>&3
#### error into output, in order
{ echo a; echo b >&2; echo c; } 2>&1
#### order matters
{ echo a; echo b >&2; } 2>&1 >/dev/null
#### both into a file
{ echo a; echo b >&2; } &>f; cat f
echo c &>>f; cat f
#### appending and truncating
echo 1 >f; echo 2 >>f; cat f; : >f; wc -c <f
#### noclobber
set -C; echo 1 >f
echo 2 >f
echo "status $?"; echo 3 >|f; cat f
#### a descriptor of its own
exec 3>log; echo one >&3; echo two >&3; exec 3>&-
cat log
echo three >&3
echo "status $?"
#### a descriptor named by a variable
exec {fd}>log; echo hi >&$fd; exec {fd}>&-; cat log; ((fd >= 10)) && echo high
#### reading and writing
echo abc >f; exec 4<>f; read -r x <&4; echo def >&4; exec 4>&-; echo $x; cat f
#### reading by two descriptors at once
printf '1\n2\n' >a; printf 'x\ny\n' >b
while read -r p <&3 && read -r q <&4; do echo $p$q; done 3<a 4<b
#### closed output
echo hidden >&-
echo "status $?"
#### closed error output
ls /nonesuch 2>&-
echo "status $?"
#### file that is not there
cat <nonesuch
echo "status $?"
#### folder that is not there
echo x >no/such/file
echo "status $?"
#### a folder in place of a file
mkdir d; echo x >d
echo "status $?"
#### ambiguous redirection
f='a b'; echo x >$f
echo "status $?"
#### bad descriptor
echo x >&9
echo "status $?"
#### /dev/stderr and /dev/stdout
echo e >/dev/stderr; echo o >/dev/stdout; echo f >/dev/fd/2
#### of a loop and of a function
for i in 1 2; do echo $i; done >f; cat f
g() { echo in; echo er >&2; } >h; g; cat h
#### output kept apart and returned
out=$({ echo data; echo log >&2; } 2>errs); echo "[$out]"; cat errs
#### exec redirects the rest
exec 3>&1 >f; echo hidden; exec >&3 3>&-; echo shown; cat f
#### exec closes input
exec 0<&-; read -r x
echo "status $?"
#### tee to both
echo data | tee f | tr a-z A-Z; cat f
#### moving a descriptor
exec 5>f; exec 6>&5-; echo x >&6; echo y 2>/dev/null >&5
echo "status $?"; exec 6>&-; cat f
#### from a process
diff <(printf 'a\nb\n') <(printf 'a\nc\n')
echo "status $?"
#### standard input is empty
cat; read -r x; echo "status $? [$x]"
#### kind of standard output
[[ -p /dev/stdout ]] && echo pipe; [[ -t 1 ]] || echo no terminal; [[ -t 0 ]] || echo no terminal in
#### the descriptors a child has
ls /proc/self/fd | awk '$1 < 10'
bash -c 'for f in /proc/$$/fd/?; do echo ${f##*/}; done'
#### a failing redirection of a builtin does not end the script
: >/no/such
read -r x </no/such
echo "still here $?"
#### a failing redirection of a special builtin in POSIX mode
set -o posix
: >/no/such
echo "not reached"
