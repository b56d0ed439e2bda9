#### printf formats
printf '%s|%5s|%-5s|%05d|%x|%X|%o|%c|%%|%.2f|%e\n' a b c 42 255 255 8 xyz 3.14159 12345.678
#### printf repeats its format
printf '%s=%d\n' a 1 b 2 c
#### printf of escapes
printf 'a\tb\\n\x41\u00e9\101\n'; printf '%b|%s\n' 'a\tb' 'a\tb'
#### printf into a variable and of a time
printf -v x '%03d' 7; echo $x; TZ=UTC printf '%(%F %T)T\n' 86400
#### printf width from arguments
printf '%*s|%-*s|%.*f\n' 6 ab 6 cd 1 2.55
#### printf of wrong numbers
printf '%d\n' abc; echo $?; printf '%d\n' 12x; echo $?; printf '%z\n'; echo $?
#### printf of characters as numbers
printf '%d %d\n' "'A" '"é'
#### echo options
echo -n a; echo -e 'b\tc\x41'; echo -E 'd\n'; echo -- x; echo -x; echo
#### read splits
read -r a b c <<<'1 2 3 4  5'; echo "$a|$b|$c"
#### read keeps spaces
IFS= read -r l <<<'  a  b  '; echo "[$l]"; read -r l <<<'  a  b  '; echo "[$l]"
#### read with backslashes
read a <<<'x\ty'; echo "$a"; read -r a <<<'x\ty'; echo "$a"
#### read from a delimiter
printf 'a\0b\0' | while IFS= read -r -d '' x; do echo "<$x>"; done; IFS= read -r -d ';' x <<<'one;two'; echo $x
#### read a number of characters
read -r -n 3 a <<<abcdef; read -r -N 4 b <<<$'a\nbc'; echo "$a|$b"
#### read into an array
read -ra a <<<'x y z'; echo "${#a[@]} ${a[1]}"
#### read with a timeout and at the end
mkfifo p; exec 3<>p; read -r -t 0.01 x <&3; echo $(($? > 128)); read -r x </dev/null; echo $?
#### read with no name
read <<<' a b '; echo "[$REPLY]"
#### read a CSV
while IFS=, read -r id name rest; do echo "$id:$name:$rest"; done <<'EOF'
1,Ann,x,y
2,,z
EOF
#### mapfile
mapfile -t a < <(seq 3); echo "${#a[@]} ${a[*]}"; mapfile a <<<$'x\ny'; printf '%q ' "${a[@]}"; echo
#### mapfile with its options
mapfile -t -n 2 -s 1 -O 5 a < <(seq 9); declare -p a; mapfile -d , -t b <<<'1,2,3'; echo ${#b[@]}
#### mapfile with a callback
cb() { echo "at $1: ${2%$'\n'}"; }; mapfile -C cb -c 2 a < <(seq 4)
#### large output
seq 1 20000 | tail -n 1; head -c 300000 /dev/zero | tr '\0' a | wc -c
#### a lot through a builtin
for i in {1..3000}; do echo "line $i of the output"; done
#### no newline at the end
printf 'no newline'
#### bytes that are no text
printf '\x01\x02\x7f\n'
#### carriage returns and escapes
printf 'a\rb\n\e[31mred\e[0m\n'
#### both streams alternating
for i in 1 2 3; do echo "o$i"; echo "e$i" >&2; done
#### reading a file line by line with numbers
printf 'x\ny z\n' >f; n=0; while IFS= read -r l; do printf '%3d %s\n' $((++n)) "$l"; done <f
#### read from a closed descriptor
read -r x <&8; echo $?; read -u 9 x; echo $?
#### read invalid names
read -r 1x <<<a; echo $?; read -r 'a b' <<<a; echo $?
