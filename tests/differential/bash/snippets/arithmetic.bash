#### operators
echo $((7 / 2)) $((7 % 3)) $((2 ** 10)) $((-7 / 2)) $((-7 % 3)) $((1 << 4)) $((0xff & 0x0f)) $((5 ^ 1)) $((~0))
#### comparison, logic, ternary
echo $((3 > 2)) $((3 == 2)) $((1 && 0)) $((1 || 0)) $((!5)) $((5 > 3 ? 10 : 20))
#### bases
echo $((16#ff)) $((2#1010)) $((8#17)) $((010)) $((36#z)) $((64#_))
#### increments
i=5; echo $((i++)) $i $((++i)) $((i--)) $((i += 10)) $((i *= 2)) $i
#### comma and nested expressions
echo $((a = 3, b = a * 2, a + b)) $(((1 + 2) * (3 + 4)))
#### unset and text variables
unset x; y=z; z=7
echo $((x + 1)) $((y + 1))
#### status of (( ))
((0)); echo $?; ((1)); echo $?; ((2 > 1)) && echo yes
#### let
let 'a = 5' b=a+1; echo $a $b; let 0; echo $?
#### overflow wraps
echo $((9223372036854775807 + 1)) $((1 << 63))
#### division by zero
echo before
echo $((1 / 0))
echo "after $?"
#### division by zero in (( ))
((x = 5 / 0))
echo "after $?"
#### bad number for a base
echo $((2#12))
echo "after $?"
#### octal that is none
echo $((08 + 1))
echo "after $?"
#### syntax error in an expression
echo $((1 + ))
echo "after $?"
#### expression recursion
a=b b=a
echo $((a))
echo "after $?"
#### greatest common divisor
gcd() { local a=$1 b=$2; while ((b)); do ((t = a % b, a = b, b = t)); done; echo $a; }
gcd 1071 462
#### primes
for ((n = 2; n < 40; n++)); do
  for ((d = 2; d * d <= n; d++)); do ((n % d == 0)) && continue 2; done
  printf '%d ' $n
done; echo
#### factorial by recursion
fact() { (($1 <= 1)) && { echo 1; return; }; echo $(($1 * $(fact $(($1 - 1))))); }
fact 10
#### percent with rounding by printf
a=37 b=113
printf '%d.%02d%%\n' $((a * 100 / b)) $((a * 10000 / b % 100))
#### bit flags
R=4 W=2 X=1 p=0
((p |= R | X)); echo $p; ((p &= ~R)); echo $p; ((p & X)) && echo x
#### old-style brackets and expr
echo $[1 + 2] $(expr 3 + 4) $(expr length hello)
#### string where a number is wanted
[[ abc -eq 0 ]] && echo zero
[ abc -eq 0 ]; echo $?
