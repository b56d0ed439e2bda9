#### expanded
x=world
cat <<EOF
hello $x $((1 + 1)) $(echo sub) \$x `echo bq`
EOF
#### verbatim
cat <<'EOF'
hello $x $(rm -rf /) \n `a`
EOF
#### tabs taken away
if true; then
	cat <<-EOF
	one
		two
	EOF
fi
#### two on one line
cat <<A; cat <<B
first
A
second
B
#### into a loop
while read -r a b; do echo "$b-$a"; done <<EOF
1 2
3 4 5
EOF
#### into a variable
text=$(cat <<EOF
line 1
line 2
EOF
)
echo "[$text]"
#### into a file, then run
cat >script.sh <<'EOF'
echo "args: $# $1"
exit 4
EOF
bash script.sh 'x y'; echo $?
#### through a pipe
cat <<EOF | tr a-z A-Z | sed 's/^/> /'
some
text
EOF
#### here-string
cat <<<"a  b"
wc -w <<<"one two three"
read -r x y <<<"p q r"; echo "$y"
#### here-string with newlines
while IFS= read -r l; do echo "<$l>"; done <<<$'a\n b \n'
#### delimiter in quotes with a space
cat <<"END OF IT"
$body
END OF IT
#### no delimiter at the end
cat <<EOF
body
#### delimiter that looks like another
cat <<EOF
EOFX
 EOF
EOF
#### in a function called twice
usage() { cat <<EOF
Usage: $1 [options]
  -h  help
EOF
}
usage a; usage b
#### with a descriptor of its own
exec 5<<EOF
l1
l2
EOF
read -r a <&5; read -r b <&5; exec 5<&-
echo "$b $a"
#### joined lines by a backslash
cat <<EOF
one \
two
EOF
#### empty
cat <<EOF
EOF
echo "status $?"
#### larger than a pipe
x=$(head -c 100000 /dev/zero | tr '\0' x)
cat <<EOF | wc -c
$x
EOF
#### to standard error
cat >&2 <<EOF
an error
EOF
#### with a brace group and a redirection behind
{ cat; echo end; } <<EOF >out
in
EOF
cat out
