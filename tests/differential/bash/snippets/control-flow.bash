#### if, elif, else
for n in 1 2 3; do if [ $n -eq 1 ]; then echo one; elif [ $n -eq 2 ]; then echo two; else echo many; fi; done
#### for over words, files and nothing
touch f1 f2; for f in f*; do echo $f; done; for x in; do echo no; done; echo $?
#### for over parameters
set -- a b; for x; do echo $x; done
#### C-style for
for ((i = 0, j = 10; i < j; i += 3, j--)); do echo $i $j; done
#### while and until
i=0; while ((i < 3)); do echo $i; ((i++)); done; until ((i == 0)); do ((i--)); done; echo $i
#### break and continue with levels
for i in 1 2 3; do for j in a b c; do [ $j = b ] && continue 2; [ $i = 3 ] && break 2; echo $i$j; done; done
#### break at top level
#@ differs stdout, stderr: loops
break
echo "after $?"
#### continue at top level
#@ differs stdout, stderr: loops
echo before
continue
echo "after $?"
#### case with patterns
for x in apple 12 x.txt -v '' other; do case $x in a*) echo fruit ;; [0-9]*) echo number ;; *.txt | *.md) echo text ;; -*) echo option ;; '') echo empty ;; *) echo "? $x" ;; esac; done
#### case falling through
case a in a) echo 1 ;& b) echo 2 ;;& c) echo 3 ;; *) echo 4 ;; esac
#### select from a list
PS3='pick: '; select x in red green; do echo "chose $x"; break; done <<<2
#### while read with a last line without newline
printf 'a\nb' | while read -r l || [[ -n $l ]]; do echo "<$l>"; done
#### infinite loop left by a condition
n=0; while :; do ((++n > 5)) && break; done; echo $n
#### test operators for files
mkdir d; echo x >f; ln -s f l; : >e
for t in '-e f' '-f d' '-d d' '-L l' '-s e' '-r f' '-x f' '-e none'; do test $t; echo "$t $?"; done
#### test operators for text and numbers
[ a = a ] && [ a != b ] && [ -z '' ] && [ -n x ] && [ 3 -lt 10 ] && [[ a < b ]] && echo all
[ 1 -gt 2 -o 2 -gt 1 ]; echo $?
#### double brackets with pattern and regex
x='file-2024.log'
[[ $x == *.log ]] && echo glob; [[ $x == "*.log" ]] || echo quoted
[[ $x =~ ^([a-z]+)-([0-9]+)\.(log)$ ]] && echo "${BASH_REMATCH[@]:1}"
#### regex kept in a variable
re='^v?([0-9]+)\.([0-9]+)(\.([0-9]+))?$'
for v in v1.2.3 1.2 x; do if [[ $v =~ $re ]]; then echo "$v ${BASH_REMATCH[1]} ${BASH_REMATCH[4]:-0}"; else echo "$v no"; fi; done
#### nested ifs with logic
a=1 b=; if [[ $a && ! $b ]] && { [[ $a -gt 0 ]] || false; }; then echo ok; fi
#### retry loop
n=0; until ((n >= 3)) || { ((++n)); [ $n -eq 2 ]; }; do echo "try $n failed"; done; echo "ok at $n"
#### loop with a redirection and a pipe inside
for f in a b; do echo "$f 1"; echo "$f 2"; done | while read -r x y; do echo "$y$x"; done
#### colon, true, false and an empty then
if :; then :; else echo no; fi; true; echo $?; false; echo $?
#### status of loops and ifs that do nothing
if false; then :; fi; echo $?; while false; do :; done; echo $?; for x in; do :; done; echo $?
#### loop over lines with spaces by IFS
IFS=$'\n'; for l in $(printf 'a b\nc d\n'); do echo "<$l>"; done
#### date arithmetic loop
d=2024-02-27; for i in 1 2 3; do d=$(date -u -d "$d + 1 day" +%F); echo $d; done
