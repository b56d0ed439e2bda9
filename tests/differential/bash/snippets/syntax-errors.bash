#### unexpected parenthesis
#@ differs stderr: syntax
echo )
#### unfinished if
#@ differs stderr: syntax
if true; then
  echo x
#### unfinished loop
#@ differs stderr: syntax
for i in 1 2; do
echo $i
#### unclosed quote
#@ differs stderr: syntax
echo "abc
def
#### unclosed single quote
#@ differs stderr: syntax
echo one
echo 'abc
#### unclosed substitution
#@ differs stderr: syntax
echo $(ls
#### unclosed brace expansion
#@ differs stderr: syntax
echo ${x
#### unclosed backquote
#@ differs stderr: syntax
echo `ls
#### unclosed subshell
#@ differs stderr: syntax
(echo a
#### unclosed group
#@ differs stderr: syntax
{ echo a
#### then without if
#@ differs stderr: syntax
then echo
#### done without do
#@ differs stderr: syntax
echo before
done
#### fi on a later line, and what came before ran
#@ differs stderr: syntax
echo one
echo two
fi
echo three
#### double semicolon
#@ differs stderr: syntax
echo a;; echo b
#### pipe at the end
#@ differs stderr: syntax
echo a |
#### and at the end
#@ differs stderr: syntax
true &&
#### pipe at the start
#@ differs stderr: syntax
| cat
#### ampersand twice
#@ differs stderr: syntax
echo a & & echo b
#### bad for
for 1x in a; do echo; done
#### for without in
#@ differs stderr: syntax
for x y; do echo; done
#### bad function name
#@ differs stderr: syntax
f( { echo; }
#### empty then
#@ differs stderr: syntax
if true; then fi
#### empty loop
#@ differs stderr: syntax
while true; do done
#### case without esac
#@ differs stderr: syntax
case x in x) echo x ;;
#### case with a bad pattern
#@ differs stderr: syntax
case x in (a b) echo ;; esac
#### unfinished double brackets
#@ differs stderr: syntax
[[ a == b
#### bad double brackets
#@ differs stderr, status: conditional
[[ a == ]]
#### bad arithmetic command
((1 + ))
echo "after $?"
#### unclosed arithmetic
#@ differs stderr: syntax
echo $((1 + 2)
#### elif without then
#@ differs stderr: syntax
if true; elif false; then :; fi
#### redirection to nothing
#@ differs stderr: syntax
echo a >
#### here-document without a word
#@ differs stderr: syntax
cat <<
#### array assignment with an operator
#@ differs stderr: syntax
a=(1 & 2)
#### keyword in the wrong place
#@ differs stderr: syntax
echo a; do echo b
#### in a function body
#@ differs stderr: syntax
f() {
  if true; then echo x
}
f
#### within eval
eval 'if true'
echo "after $?"
#### within eval of a quote
eval 'echo "abc'
echo "after $?"
#### in a sourced file
printf 'echo a\nif\n' >s; . ./s
echo "after $?"
#### in a child
bash -c 'if'
echo $?
#### in a substitution
#@ differs stderr: syntax
x=$(if)
echo "after $?"
#### in a trap
trap 'if' USR1; kill -USR1 $$; echo "after $?"
#### in code that is not reached
exit 3
if
#### behind a condition
#@ differs stderr: syntax
false || echo a
true && (
#### function without a body
#@ differs stderr: syntax
f()
echo x
#### closing brace as a word
#@ differs stderr: syntax
echo }
}
#### a lone semicolon
#@ differs stderr: syntax
;
#### an exclamation mark and nothing
!
echo $?
