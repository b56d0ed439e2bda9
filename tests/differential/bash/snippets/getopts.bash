#### options with and without values
set -- -a -b val -c rest more
while getopts 'ab:c' o; do case $o in a) echo a ;; b) echo "b=$OPTARG" ;; c) echo c ;; esac; done
shift $((OPTIND - 1)); echo "$@"
#### joined options
set -- -vvx5 f; v=0; while getopts 'vx:' o; do case $o in v) ((v++)) ;; x) echo "x $OPTARG" ;; esac; done; echo $v $OPTIND
#### unknown option
set -- -z; getopts 'ab' o; echo "$? $o [${OPTARG-}]"
#### missing value
set -- -b; getopts 'b:' o; echo "$? $o"
#### silent mode
set -- -z -b; while getopts ':b:' o; do echo "$o $OPTARG"; done
#### within a function, twice
f() { local OPTIND=1 o; while getopts 'n:' o; do echo "$o $OPTARG"; done; }; f -n 1; f -n 2
#### double dash ends
set -- -a -- -b; while getopts ab o; do echo $o; done; shift $((OPTIND - 1)); echo "$1"
#### long options by hand
set -- --name=x --verbose --out file pos
while (($#)); do case $1 in --name=*) echo "name ${1#*=}" ;; --verbose) echo verbose ;; --out) echo "out $2"; shift ;; *) echo "pos $1" ;; esac; shift; done
#### usage message and exit
usage() { echo "usage: ${0##*/} [-n N]" >&2; exit 64; }
set -- -q
while getopts n: o; do case $o in n) ;; *) usage ;; esac; done
