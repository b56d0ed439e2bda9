#### files by glob
touch a1 a2 b1 .hid; echo *; echo a?; echo [!a]*; echo .h*
#### no match stays
echo *.none; ls *.none; echo $?
#### nullglob
shopt -s nullglob; echo x*.none y; a=(*.none); echo ${#a[@]}
#### failglob
shopt -s failglob
echo *.none
echo "after $?"
#### dotglob
touch .a b; shopt -s dotglob; echo *
#### globstar
mkdir -p d/e; touch d/x.c d/e/y.c z.c; shopt -s globstar; echo **/*.c; echo **/
#### nocaseglob and nocasematch
touch A.TXT; shopt -s nocaseglob nocasematch; echo a.t*; case ABC in abc) echo same ;; esac; [[ X == x ]] && echo too
#### extglob in case and files
shopt -s extglob
touch a.jpg b.png c.txt; echo !(*.txt|bash); echo @(a|c).*
case 007 in +(0)7) echo bond ;; esac
#### extglob trims
shopt -s extglob
s='   trim me   '; s=${s##+([[:space:]])}; s=${s%%+([[:space:]])}; echo "[$s]"
#### extglob used on the line that switches it on
#@ differs stderr: syntax
shopt -s extglob; echo !(x)
echo "after $?"
#### character classes
for c in a Z 5 ' ' . é; do case $c in [[:upper:]]) echo upper ;; [[:lower:]]) echo lower ;; [[:digit:]]) echo digit ;; [[:space:]]) echo space ;; *) echo other ;; esac; done
#### GLOBIGNORE and noglob
touch a b c; GLOBIGNORE='b:bash'; echo *; unset GLOBIGNORE; set -f; echo *
#### sorted by the locale
touch B a _ 1; echo *
#### brackets with a range and a dash
touch a- a1 aa; echo a[-1] a[0-9] a[a-z]
#### loop that skips what is not there
for f in *.log; do [[ -e $f ]] || continue; echo $f; done; echo done
#### shopt lists and asks
shopt -q extglob; echo $?; shopt -s extglob; shopt extglob; shopt -p dotglob; shopt nonesuch; echo $?
#### settings of a fresh shell
shopt
#### options of a fresh shell
set -o; echo $-
#### find with patterns
mkdir -p s/t; touch s/a.py s/t/b.py s/c.sh; find s -name '*.py' | sort; find s -type f ! -name '*.py' -exec basename {} \;
#### renaming by pattern
touch p1.jpeg p2.jpeg; for f in *.jpeg; do mv -- "$f" "${f%.jpeg}.jpg"; done; ls
#### names with odd signs
touch 'a b' $'n\nl' '-dash' '*'; for f in *; do printf '%q\n' "$f"; done; rm -- -dash; ls | wc -l
