#### lists
echo {a,b,c} pre{1,2}post {a,b}{1,2} {a,{b,c}d}
#### ranges
echo {1..5} {5..1} {a..e} {1..10..3} {01..03} {-2..2} {z..v..2}
#### what is none
echo {a} {} {a..} {1...3} "{a,b}" {a,b\} a{,b}
#### with variables comes too early
n=3; echo {1..$n}; a=x; echo {$a,y}
#### copying with an empty part
touch f.txt; cp f.txt{,.bak}; ls f*
#### making folders
mkdir -p p/{src,test}/{a,b}; find p -type d | sort
#### large range
echo {1..2000} | wc -w
#### in a for loop with a step
for i in {0..20..5}; do printf '%s ' $i; done; echo
#### letters with quotes and spaces
printf '<%s>' {'a b',c}d; echo
#### in an assignment
x={a,b}; echo $x; y=({a,b}); echo ${#y[@]}
