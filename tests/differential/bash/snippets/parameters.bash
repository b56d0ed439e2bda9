#### default for an unset and for an empty variable
unset a; b=
echo "[${a-da}] [${a:-da}] [${b-db}] [${b:-db}]"
#### default that is itself expanded
unset a; b='x y'
for w in ${a:-$b "$b"}; do echo "<$w>"; done
#### assigning default
: "${port:=8080}" "${host:=localhost}"
echo "$host:$port"
#### alternative value
x=1; unset y; z=
echo "${x:+set} ${y:+set} ${z:+set}|${z+set}"
#### flag list from alternatives
verbose=1 quiet=
args=(run ${verbose:+--verbose} ${quiet:+--quiet})
printf '%s\n' "${args[@]}"
#### length
s='hello wörld'
echo ${#s} ${#1} ${#}
#### substring from the start, middle and end
s=0123456789
echo "${s:3} ${s:3:4} ${s: -3} ${s: -5:2} ${s:2:-2}"
#### substring with arithmetic
s=abcdefgh n=2
echo "${s:n:n+1} ${s:$((n*2))}"
#### negative length past the start
s=abc
echo "${s:1:-5}"
echo after
#### removing prefixes and suffixes
path=/usr/local/lib/archive.tar.gz
echo "${path##*/} ${path%/*} ${path%.*} ${path%%.*} ${path#*/}"
#### basename, dirname and extension of several files
for f in a.txt dir/b.tar.gz /c noext; do
  base=${f##*/}
  echo "$f base=$base ext=${base#*.} stem=${base%%.*}"
done
#### replacing once, everywhere, at the start and at the end
s='one two one two'
echo "${s/one/1}|${s//one/1}|${s/#one/1}|${s/%two/2}|${s// /}"
#### replacing with a pattern and a slash
s=a/b/c
echo "${s//\//_} ${s//[a-b]/X}"
#### replacement that keeps what it matched
shopt -s patsub_replacement
s=abc
echo "${s/b/<&>} ${s/b/\&}"
#### changing case
s='hello World'
echo "${s^} ${s^^} ${s,} ${s,,} ${s~~}" "${s^^[lo]}"
#### operators with @
s=$'a b\tc\'d'
echo "${s@Q} ${s@U}"; t='\x41\n'
printf '%s' "${t@E}"; declare -ri n=5; echo "${n@a} ${n@A}"
#### indirect expansion
a=b b=c
echo "${!a}"
ref='arr[1]'; arr=(x y z)
echo "${!ref}"
#### names that begin with a prefix
pre_one=1 pre_two=2 pre_three=3
echo "${!pre_@}"
for n in "${!pre_*}"; do echo "<$n>"; done
#### name reference
declare -n r=target
r=5; echo "$target"
unset -n r; echo "[${r-gone}] $target"
#### positional parameters
set -- one 'two three' four
echo "$# $1 $2 ${@: -1} ${*:2:1}"
shift 2; echo "$# $1"
set --; echo "$# [$*]"
#### all parameters with and without quotes
set -- 'a b' c ''
for x in "$@"; do printf '<%s>' "$x"; done; echo
for x in $@; do printf '<%s>' "$x"; done; echo
for x in "$*"; do printf '<%s>' "$x"; done; echo
IFS=,; echo "$*"
#### more than nine parameters
set -- {1..12}
echo $10 ${10} ${12} ${#@}
#### word splitting by another IFS
line='root:x:0:0:root user:/root'
IFS=:; set -- $line; unset IFS
echo "$# <$5> <$6>"
#### empty fields with an IFS that is no white space
IFS=,; v=',a,,b,'; set -- $v
printf '<%s>' "$@"; echo " $#"
#### nested defaults and pattern removal
unset a b; c=file.txt
echo "${a:-${b:-${c%.txt}}}"
#### prefix assignment is for one command alone
x=outer
x=inner bash -c 'echo $x'
echo $x
#### exported to children, and no more
export E=1
bash -c 'echo "[$E]"'
export -n E
bash -c 'echo "[$E]"'
#### transformation of all parameters
set -- a 'b c'
echo "${@@Q}" "${@/b/X}" "${@^}"
#### integer attribute
declare -i n=2+3
n+=4; echo $n; n=foo; echo $n
#### lower and upper case attributes
declare -l lo=ABC; declare -u up=abc
echo $lo $up
#### appending to strings
s=a; s+=b; s+="c d"; echo "$s"
#### unset and the test for being set
a=1; unset a
[[ -v a ]] || echo gone
[[ ${a+x} ]] || echo gone too
#### declare -p of several kinds
declare -a a=(1 2); declare -A m=([k]=v); declare -r r=1; declare -x e='x y'; s=$'a\nb'
declare -p a m r e s
