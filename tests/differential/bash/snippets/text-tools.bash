#### awk sums a column
printf 'a 1\nb 2\nc 3\n' | awk '{s += $2} END {print s, NR, s / NR}'
#### awk with a separator and a condition
printf 'x:1:p\ny:2:q\n' | awk -F: '$2 > 1 {print $3 "-" $1}'
#### awk counts words
printf 'a b a\nc a\n' | awk '{for (i = 1; i <= NF; i++) n[$i]++} END {for (w in n) print n[w], w}' | sort -rn
#### awk with variables from outside
x=5; awk -v n="$x" 'BEGIN {printf "%d %s %05.1f\n", n * 2, toupper("abc"), 3.14159}'
#### awk program over lines
seq 5 | awk '
  NR % 2 { odd = odd $1 " " }
  END { print odd }
'
#### awk fails
awk 'BEGIN {exit 3}'; echo $?; echo a | awk '{print $(-1)}' 2>/dev/null; echo $?
#### sed replaces
echo 'foo bar foo' | sed 's/foo/baz/g; s/\(b\)\(a\)/\2\1/'
#### sed addresses
seq 10 | sed -n '3p;5,7p;$p'; seq 5 | sed '2d;/4/d'
#### sed in place
printf 'a=1\nb=2\n' >f; sed -i 's/^a=.*/a=9/' f; cat f
#### sed with extended regex and groups
echo '2024-05-17' | sed -E 's/([0-9]+)-([0-9]+)-([0-9]+)/\3.\2.\1/'
#### sed inserts and appends
printf 'x\n' | sed -e '1i\' -e 'before' -e '$a\' -e 'after'
#### grep
printf 'apple\nbanana\ncherry\n' >f; grep an f; grep -n e f; grep -c a f; grep -v an f; grep -q zzz f; echo $?
#### grep extended and only matching
echo 'tel 555-1234 or 555-9876' | grep -oE '[0-9]{3}-[0-9]{4}'; grep -E '(' f; echo $?
#### grep over files
mkdir s; echo TODO one >s/a; echo nothing >s/b; echo TODO two >s/c; grep -rn TODO s | sort; grep -rl TODO s | sort | xargs basename -a
#### sort in several ways
printf '10 b\n9 a\n10 a\n' >f; sort f; sort -n f; sort -k2,2 -k1,1nr f; sort -u -k1,1 f; sort -R f | wc -l
#### uniq with counts
printf 'a\na\nb\na\n' | uniq -c; printf 'a\nb\na\n' | sort | uniq -d
#### cut
echo 'a,b,c,d' | cut -d, -f2,4; echo abcdef | cut -c2-4; printf 'x\ty\n' | cut -f2
#### tr
echo 'Hello World' | tr 'a-zA-Z' 'n-za-mN-ZA-M'; echo 'a  b   c' | tr -s ' '; echo abc123 | tr -d 0-9; echo a:b | tr : '\n'
#### head, tail, wc
seq 10 >f; head -n 2 f; tail -n 2 f; tail -n +9 f; wc -l <f; head -c 3 f
#### xargs with and without splitting
printf 'a b\nc\n' | xargs echo; printf 'a b\nc\n' | xargs -d '\n' -n 1 echo; printf 'x\0y z\0' | xargs -0 -I{} echo '<{}>'
#### find and xargs
mkdir t; touch t/1.c 't/2 3.c'; find t -name '*.c' -print0 | sort -z | xargs -0 -n 1 basename
#### paste, join, column by printf
paste -d, - - <<<$'1\n2\n3\n4'; join <(printf '1 a\n2 b\n') <(printf '1 x\n2 y\n'); printf '%-6s|%4s\n' name n abc 12
#### JSON value by grep and sed
json='{"name": "demo", "version": "1.2.3", "tags": ["a", "b"]}'
grep -o '"version": *"[^"]*"' <<<"$json" | sed 's/.*"\([^"]*\)"$/\1/'
[[ $json =~ \"name\":\ *\"([^\"]*)\" ]] && echo "${BASH_REMATCH[1]}"
#### writing JSON
declare -A m=([a]=1 [b]=2); sep=; { printf '{'; for k in a b; do printf '%s"%s":%d' "$sep" "$k" "${m[$k]}"; sep=,; done; printf '}\n'; }
#### escaping for JSON
s=$'say "hi"\n\tdone\\'; s=${s//\\/\\\\}; s=${s//\"/\\\"}; s=${s//$'\n'/\\n}; s=${s//$'\t'/\\t}; echo "\"$s\""
#### CSV to table
printf 'id,name\n1,ann\n22,bob\n' | awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) h[i] = $i; next} {for (i = 1; i <= NF; i++) printf "%s=%s ", h[i], $i; print ""}'
#### log analysis
cat >log <<'EOF'
10.0.0.1 GET /a 200
10.0.0.2 GET /b 404
10.0.0.1 POST /a 500
10.0.0.1 GET /c 200
EOF
awk '{print $1}' log | sort | uniq -c | sort -rn; awk '$4 >= 400 {print $3, $4}' log
#### diff and patch-like output
printf '1\n2\n3\n' >a; printf '1\nX\n3\n' >b; diff a b; echo $?; diff -u a b | tail -n +3; cmp a b; echo $?
#### checksums
printf hello | md5sum; printf hello | sha256sum | cut -c1-16; printf hello | cksum
#### base64, od, rev, tac, fold, nl
echo hi | base64; echo aGkK | base64 -d; echo abc | od -An -tx1; echo abc | rev; seq 3 | tac; echo abcdef | fold -w 4; printf 'x\ny\n' | nl
#### seq, factor, numfmt, date
seq -s, 1 2 9; seq -w 8 10; factor 60; numfmt --to=iec 1048576; date -u -d @0 +%FT%TZ
#### tar and gzip round trip
mkdir d; echo data >d/f; tar czf d.tgz d; rm -r d; tar xzf d.tgz; cat d/f; tar tzf d.tgz
#### split and cat
seq 6 >n; split -l 2 n part_; ls part_*; cat part_ac
#### stat, touch, ln, readlink
echo 12345 >f; stat -c '%s %F' f; ln -s f l; readlink l; basename "$(readlink -f l)"; touch -d @0 f; stat -c %Y f
#### perl one-liner
printf 'b\na\n' | perl -ne 'push @l, $_; END {print sort @l}'; perl -e 'exit 3'; echo $?
