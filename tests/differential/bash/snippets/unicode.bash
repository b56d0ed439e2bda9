#### text in several scripts
echo 'héllo wörld — 日本語 🎉 Ελλάδα'
#### length in characters and bytes
s='日本🎉é'; echo ${#s}; LC_ALL=C; echo ${#s}
#### substring and case
s='ÀÉÎõ日本'; echo "${s:1:3} ${s,,} ${s^^} ${s: -1}"
#### as names of files
touch 'ü ñ.txt' 日本; ls; for f in *; do echo "$f"; done
#### in patterns
case é in [[:alpha:]]) echo letter ;; esac; [[ 日本語 == 日* ]] && echo yes; echo 'äöü' | sed 's/[äö]/X/g'
#### broken UTF-8
x=$'a\xff\xfeb'; echo ${#x}; printf '%s' "$x" | od -An -tx1
#### as map keys and words of a loop
declare -A m=([ключ]=значение [🔑]=v); echo "${m[ключ]} ${m[🔑]}"; for w in α β γ; do printf '%s.' $w; done; echo
#### in a command's name
ünïcode_cmd; echo $?
#### in an error message
cd 'ordner/für/ñ'; echo $?
#### printf width and quoting
printf '[%5s]\n' é; printf '%q\n' 'é x' $'\u00e9'
#### combining marks and right to left
printf 'e\u0301 שלום\n'; x=$'e\u0301'; echo ${#x}
#### in a here-document and a comment
# комментарий
cat <<EOF
Grüße, ${USER_NAME:-Jörg}
EOF
