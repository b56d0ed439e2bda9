#### three kinds of quotes
x=1
echo '$x' "$x" \$x "a'b" 'a"b' "a\"b" 'it'\''s'
#### ANSI-C quotes
printf '%s|' $'a\tb' $'\x41\u00e9\101' $'it\'s' $'\e[0m' | od -c | head -3
#### backslashes inside double quotes
echo "\a \\ \` \$ \" \n"
#### newline in quotes
echo "one
two" 'three
four'
#### line continued by a backslash
echo one \
  two\
three
#### empty words
set -- '' "" $''
echo $#
e=; set -- $e "$e"; echo $#
#### quotes within a command substitution within quotes
echo "a $(echo "b $(echo "c d")") e"
#### backquotes, nested
echo `echo a \`echo b\``
#### tilde
HOME=/home/me
echo ~ ~/x "~" a=~ x:~ ~root
v=~/bin:~/lib; echo $v
#### globs quoted and not
touch a.txt b.txt
echo *.txt "*.txt" \*.txt
#### printf %q
printf '%q ' 'a b' "it's" '' $'x\ny' '$HOME' '*' a=b; echo
#### eval of quoted text
cmd='echo "a   b"; x=5'
eval "$cmd"; echo $x
#### eval with %q round trip
args=('a b' "c'd" $'e\nf'); line=$(printf '%q ' "${args[@]}")
eval "set -- $line"; printf '<%s>\n' "$@"
#### dollar signs that stay
echo $ "$" a$ "$ a" $% 5$
#### exclamation mark
echo "hi! there!" !x '!!'
#### single quotes in double quoted default
unset v; echo "${v:-'x'}" ${v:-'x'} "${v:-"y z"}"
#### braces and brackets are text
echo { } {a} [x] a{b }c
#### a comment and what is none
echo a#b # c
echo '#d' \#e ${x#f}
#### semicolon and ampersand in quotes
echo 'a;b' "c&d" e\;f g\|h
#### locale quotes
echo $"hello"
