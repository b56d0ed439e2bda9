#### status of what came before
echo $?; false; echo $?; (exit 42); echo $?; nonesuch 2>/dev/null; echo $?
#### last argument
echo a b c; echo $_; true x; echo "$_"; : ; echo "[$_]"
#### last argument at the start
echo "$_" | sed 's,.*/,,'
#### last argument of an assignment and a function
f() { :; }; f p q; echo $_; x=5; echo "[$_]"
#### process id is one
[[ $$ == $(bash -c 'echo $PPID') ]] && echo same; [[ $BASHPID == $$ ]] && echo same
#### last background process
echo "[$!]"; true & [[ $! =~ ^[0-9]+$ ]] && echo number; wait $!; echo $?
#### name of the script
echo "$0 ${0##*/} ${BASH_SOURCE[0]} ${#BASH_SOURCE[@]}"
#### line number
echo $LINENO

echo $LINENO; echo $(
echo $LINENO)
#### flags
echo $-
#### bash variables of a fresh shell
echo "$BASH_SUBSHELL $SHLVL $OPTIND $IFS" | od -c; echo "${BASH_EXECUTION_STRING-none} ${PS1-none} ${PS4} $BASH"
#### parent is another process
[[ $PPID != $$ ]] && kill -0 $PPID && echo alive
#### the old directory
echo "[${OLDPWD-unset}]"; mkdir d; cd d; cd - >/dev/null; [[ $OLDPWD == */d ]] && echo ok
#### environment names
#@ differs stdout: names
env | sed 's/=.*//' | sort
#### exported names
#@ differs stdout: names
export -p | sed 's/=.*//' | sort
#### a child's environment of zero
env -i bash -c 'echo "${HOME-none} $SHLVL"'
#### seconds and random
SECONDS=10; ((SECONDS >= 10 && SECONDS < 60)) && echo counts; RANDOM=42; a=$RANDOM; RANDOM=42; [[ $a == $RANDOM ]] && echo same
#### epoch
(( EPOCHSECONDS > 1600000000 )) && echo "ok"; [[ $EPOCHREALTIME == *.* ]] && echo ok
#### BASH_COMMAND
echo "$BASH_COMMAND"
#### BASH_VERSINFO and others
echo "${#BASH_VERSINFO[@]} $HOSTTYPE $OSTYPE $MACHTYPE $EUID $UID ${GROUPS[0]}"
#### COLUMNS, LINES, TERM and others are not set
echo "[${COLUMNS-}] [${LINES-}] [${TERM-}] [${PROMPT_COMMAND-}] [${BASH_ENV-}] [${ENV-}] [${HISTFILE-}]"
#### DIRSTACK, pushd and popd
mkdir a b; pushd a >/dev/null; pushd ../b >/dev/null; echo ${#DIRSTACK[@]}; popd >/dev/null; echo "${PWD##*/}"; popd >/dev/null; popd; echo $?
#### names of all variables
#@ differs stdout: names
true; compgen -v | sort
#### names of all functions
#@ differs stdout: names
compgen -A function; declare -F; echo end
#### umask and ulimit
umask; umask 027; umask -S; touch f; stat -c %a f; ulimit -n 64; ulimit -n
#### limits of a fresh shell
ulimit -a
#### ignored signals of a fresh shell
grep -E '^Sig(Ign|Blk|Cgt)' /proc/self/status
#### the directory
#@ masks: folder
pwd; echo "$PWD"; /bin/pwd
#### PWD through a link
mkdir real; ln -s real link; cd link; echo "${PWD##*/} $(basename $(pwd -P))"
#### PATH look-up
command -v ls; type -t ls; type -t cd; type -t if; type -t nonesuch; echo $?; hash ls; hash | sed 1d
#### the old directory goes to a child
mkdir d; cd d; env | grep -c OLDPWD
