#### building, appending, counting
a=(one two); a+=(three 'four five')
echo "${#a[@]} ${a[3]} ${a[-1]}"
#### iterating with spaces kept
a=('a b' c '')
for x in "${a[@]}"; do echo "<$x>"; done
#### indices of a sparse array
a[5]=x; a[2]=y; a+=(z)
echo "${!a[@]} / ${a[*]}"
#### removing elements
a=(0 1 2 3); unset 'a[1]'
echo "${a[@]} ${!a[@]} ${#a[@]}"
a=("${a[@]}"); echo "${!a[@]}"
#### slices
a=(a b c d e)
echo "${a[@]:1:3} | ${a[@]: -2} | ${a[@]:2}"
#### operations on every element
f=(a.txt b.txt c.log)
echo "${f[@]%.txt}" "${f[@]/#/dir/}" "${f[@]^^}"
#### length of an element
a=(x yyy); echo ${#a[1]} ${#a}
#### array from a command's output
a=($(printf '%s\n' x y z))
echo ${#a[@]} ${a[2]}
#### array from lines
mapfile -t lines < <(printf 'one two\nthree\n')
printf '<%s>\n' "${lines[@]}"
#### joining with a separator
join() { local IFS=$1; shift; echo "$*"; }
join , a b c
#### splitting a string
IFS=/ read -ra parts <<<'usr/local/bin'
echo "${#parts[@]} ${parts[1]}"
#### passing an array by name
sum() { local -n arr=$1; local t=0 x; for x in "${arr[@]}"; do ((t += x)); done; echo $t; }
nums=(1 2 3 4); sum nums
#### a stack and a queue
s=(); s+=(1); s+=(2); s+=(3)
echo "pop ${s[-1]}"; unset 's[-1]'
echo "shift ${s[0]}"; s=("${s[@]:1}"); echo "left ${s[*]}"
#### testing membership
a=(red green)
has() { local x; for x in "${a[@]}"; do [[ $x == "$1" ]] && return; done; return 1; }
has green && echo yes; has blue || echo no
#### sorting by a pipe
a=(pear apple fig)
mapfile -t sorted < <(printf '%s\n' "${a[@]}" | sort)
echo "${sorted[*]}"
#### a C-style loop over indices
a=(x y z)
for ((i = 0; i < ${#a[@]}; i++)); do echo "$i=${a[i]}"; done
#### reversing
a=({1..5}); r=()
for ((i = ${#a[@]} - 1; i >= 0; i--)); do r+=("${a[i]}"); done
echo "${r[@]}"
#### bubble sort
a=(5 3 8 1)
for ((i = 0; i < ${#a[@]}; i++)); do
  for ((j = 0; j < ${#a[@]} - i - 1; j++)); do
    if ((a[j] > a[j + 1])); then t=${a[j]}; a[j]=${a[j+1]}; a[j+1]=$t; fi
  done
done
echo "${a[*]}"
#### empty array under set -u
set -u
a=(); echo "${#a[@]}" "${a[@]}" end
#### index that is negative and out of range
a=(1 2)
echo "${a[-3]}"
a[-5]=x
echo "after $?"
#### a matrix in one array
declare -A m
for i in 0 1; do for j in 0 1 2; do m[$i,$j]=$((i * 3 + j)); done; done
for i in 0 1; do for j in 0 1 2; do printf '%d ' "${m[$i,$j]}"; done; echo; done
