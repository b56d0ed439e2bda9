#### counting words
declare -A n
for w in a b a c a b; do ((n[$w]++)); done
for k in a b c; do echo "$k ${n[$k]}"; done
#### keys with spaces and signs
declare -A m=(['a b']=1 ['x$y']=2 ["q'q"]=3)
echo "${m[a b]} ${m['x$y']} ${m["q'q"]} ${#m[@]}"
#### all keys, sorted
declare -A m=([z]=1 [a]=2 [m]=3)
printf '%s\n' "${!m[@]}" | sort
#### is a key there
declare -A m=([k]=)
[[ -v m[k] ]] && echo there; [[ -v m[x] ]] || echo missing
#### removing a key
declare -A m=([a]=1 [b]=2); unset 'm[a]'
echo "${!m[@]} ${#m[@]}"
#### a cache within a function
declare -A memo
fib() { local n=$1; if ((n < 2)); then r=$n; return; fi
  if [[ -z ${memo[$n]-} ]]; then fib $((n - 1)); local a=$r; fib $((n - 2)); memo[$n]=$((a + r)); fi
  r=${memo[$n]}; }
fib 50; echo $r
#### inverting
declare -A m=([one]=1 [two]=2) inv
for k in "${!m[@]}"; do inv[${m[$k]}]=$k; done
echo "${inv[1]} ${inv[2]}"
#### settings from key=value lines
declare -A cfg
while IFS='=' read -r k v; do [[ $k =~ ^[[:space:]]*(#|$) ]] || cfg[$k]=$v; done <<'EOF'
# comment
host=example.org
port=80

query=a=b
EOF
echo "${cfg[host]} ${cfg[port]} ${cfg[query]} ${#cfg[@]}"
#### appending to a value
declare -A m=([a]=x); m[a]+=y; m+=([b]=z); echo "${m[a]} ${m[b]}"
#### list of pairs
declare -A m=(a 1 b 2)
echo "${m[a]} ${m[b]}"
#### an empty key
declare -A m
m[]=1
echo "status $? ${#m[@]}"
#### local map in a function
f() { local -A m=([x]=1); m[y]=2; echo "${#m[@]}"; }
f; echo "${#m[@]}"
