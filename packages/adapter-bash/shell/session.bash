# The side of a session that lives in its bash. It is read through BASH_ENV before the script, which is the one line of
# loop.bash: code runs at top level of a shell that is as any other, with these functions and variables, all of one
# prefix, beside it (`exec` without `builtin` in front, since under that its redirections do not stay). Everything is a builtin: no process is started for an execution.
#
# In:  fields between US (0x1f), ended by NUL, from the FIFO `cmd`. Out: records, ended by NUL, to the FIFO `status`. The descriptors
# are opened for each of them, so no child ever inherits one.

# Waits for the next execution and opens its streams. The first field of a line is C for a command of ours, K for one that
# runs where code does, or H and the execution's nonce.
__holdfast_next() {
  [[ -z ${__holdfast_nonce-} ]] || __holdfast_end 0 # `continue` or `break` at top level of the code
  while :; do
    IFS=$'\x1f' builtin read -r -d '' __holdfast_nonce __holdfast_pair __holdfast_in __holdfast_live \
      __holdfast_exits __holdfast_tail __holdfast_file __holdfast_code <"$__holdfast_dir/cmd" || builtin exit 0
    # An interrupt may have cut a line, and what is left of it must not be taken for one.
    case $__holdfast_nonce in
      H????????????) break ;;
      C) builtin eval "$__holdfast_code" ;;
      K) builtin return 0 ;;
    esac
    __holdfast_nonce=
  done
  __holdfast_code=${__holdfast_code%$'\n'}
  if [[ -n $__holdfast_file ]]; then
    __holdfast_head=$__holdfast_code
    builtin mapfile -d '' -t __holdfast_code <"$__holdfast_file"
    __holdfast_code=$__holdfast_head$__holdfast_code
  fi
  case $__holdfast_tail in
    t) __holdfast_code+=$'\n__holdfast_s=$? __holdfast_u=$_' ;;
    # The trap fires for our command too, where nobody sees what it prints.
    d) __holdfast_code+=$'\n{ __holdfast_s=$? __holdfast_u=$_ __holdfast_f=$-; builtin trap -p DEBUG >|"$__holdfast_dir/debug"; builtin trap - DEBUG; builtin set +xv; } >/dev/null 2>&1' ;;
    x) __holdfast_code+=$'\n{ __holdfast_s=$? __holdfast_u=$_ __holdfast_f=$-; builtin set +xv; } 2>/dev/null' ;;
  esac
  # What stands in our folder may be anything by now; a name that is no pipe any more ends the session.
  [[ -p $__holdfast_dir/$__holdfast_pair.out && -p $__holdfast_dir/$__holdfast_pair.err ]] || builtin kill -9 $$
  exec <"${__holdfast_in:-/dev/null}" >"$__holdfast_dir/$__holdfast_pair.out" 2>"$__holdfast_dir/$__holdfast_pair.err"
  [[ -z $__holdfast_live ]] || __holdfast_say "B $__holdfast_nonce"$'\n'
}

# Lets go of the streams, then says how it ended.
__holdfast_end() {
  if [[ $__holdfast_nonce == K ]]; then
    __holdfast_nonce=
    builtin return
  fi
  exec </dev/null >/dev/null 2>&1
  __holdfast_status=${__holdfast_s-$1}
  __holdfast_last=${__holdfast_u-}
  __holdfast_flags=${__holdfast_f-$-}
  builtin set +xv
  __holdfast_debug=
  if [[ $__holdfast_tail == d && -s $__holdfast_dir/debug ]]; then
    builtin mapfile -d '' __holdfast_debug <"$__holdfast_dir/debug"
    : >|"$__holdfast_dir/debug"
  fi
  __holdfast_subject=$__holdfast_nonce __holdfast_nonce= # from here on an interrupt changes nothing
  __holdfast_say "E $__holdfast_subject $__holdfast_status $__holdfast_flags"$'\n'"$__holdfast_debug"
  builtin trap - DEBUG
  builtin unset -v __holdfast_s __holdfast_u __holdfast_f
  [[ -z ${__holdfast_guarded-} ]] || builtin unset -f trap
  __holdfast_guarded=
  __holdfast_code=
}

# One record: its head, and the traps that matter to the next execution.
__holdfast_say() {
  [[ -p $__holdfast_dir/status ]] || builtin kill -9 $$
  { builtin printf '%s' "$1"; builtin trap -p EXIT DEBUG RTMAX; builtin printf '\0'; } >"$__holdfast_dir/status"
}

# All of the state that is not the process's own (directory, umask, children live on by themselves).
__holdfast_dump() {
  {
    builtin declare -p
    if [[ -z ${2-} ]]; then
      builtin declare -f
    else
      builtin compgen -A function >|"$__holdfast_dir/functions"
      while IFS= builtin read -r __holdfast_line; do
        [[ $__holdfast_line == __holdfast_* ]] || builtin declare -f -- "$__holdfast_line"
      done <"$__holdfast_dir/functions"
    fi
    builtin declare -F
    builtin alias -p
    builtin trap -p
    if [[ -n ${2-} ]]; then
      builtin mapfile -d '' __holdfast_line <"$__holdfast_dir/traps"
      builtin printf '%s' "${__holdfast_line-}"
    fi
    builtin shopt -p
    builtin umask -p
    builtin set +o
  } >|"$1" 2>/dev/null
}

# Answers the question with this number: here is the state, with what is not in a snapshot and without our functions. $1
# number, then the positional parameters. Traps that a function does not see stand in `traps`.
__holdfast_keep() {
  __holdfast_subject=$1 __holdfast_flags=$-
  __holdfast_pwd=$PWD __holdfast_oldpwd=${OLDPWD+=$OLDPWD} # without the = there is none
  __holdfast_debugs=; ! builtin shopt -q extdebug || __holdfast_debugs=1 # cannot be set as early as the rest
  builtin shift
  __holdfast_args=("$@")
  builtin set +euxv
  __holdfast_dump "$__holdfast_dir/state.$__holdfast_subject" keep
  __holdfast_say "S $__holdfast_subject"$'\n'
  builtin unset -v __holdfast_pwd __holdfast_oldpwd __holdfast_args
  [[ $__holdfast_flags != *u* ]] || builtin set -u
  [[ $__holdfast_flags != *e* ]] || builtin set -e
}

# A fresh bash goes on in this process, with the state that stands in `revive`. $1 the question's number.
__holdfast_adopt() {
  builtin set +euxv
  # Nothing is inherited that is not in the state.
  builtin compgen -e >|"$__holdfast_dir/names"
  while IFS= builtin read -r __holdfast_line; do
    [[ $__holdfast_line == HOLDFAST_WORKER ]] || builtin unset -v "$__holdfast_line" 2>/dev/null
  done <"$__holdfast_dir/names"
  builtin export __holdfast_subject=$1
  __holdfast_start_afresh
}

# Answers the question with this number: here is the state.
__holdfast_snapshot() {
  __holdfast_dump "$__holdfast_dir/state.$1"
  __holdfast_say "S $1"$'\n'
}

# EXIT trap. A fatal error does not end the session: a fresh bash goes on in the same process. What tells
# a fatal error from `exit`: its status is also that of the last pipeline. $1 status, $2 PIPESTATUS, $3 `$_`,
# $4 BASH_COMMAND, then the positional parameters.
__holdfast_exit() {
  # No locals: they would hide the user's variables of the same name from the dump.
  __holdfast_es=$1 __holdfast_ep=" $2 " __holdfast_el=$3 __holdfast_ec=$4 __holdfast_er=
  builtin shift 4
  if [[ -z ${__holdfast_nonce-} ]]; then
    : # the end of our own input
  elif [[ $__holdfast_ec != *'eval "$__holdfast_code"' && ! ($- == *u* && $__holdfast_es == 1) ]]; then
    : # a signal: bash has not left the command; under `set -eu` it has not for an unset variable either
  elif [[ $__holdfast_es != 0 && $__holdfast_ep == *" $__holdfast_es "* ]]; then
    [[ -n $__holdfast_exits && $- != *[eu]* ]] || __holdfast_er=1
  elif [[ $__holdfast_es != 0 && $- == *e* && -z $__holdfast_exits ]]; then
    __holdfast_er=1
  fi
  # A trap that was set in this execution belongs to it, and runs at its end.
  if [[ -z $__holdfast_er || -n ${__holdfast_guarded-} ]]; then
    builtin trap - EXIT
    [[ -z ${__holdfast_guarded-} ]] || builtin unset -f trap
    __holdfast_guarded=
    __holdfast_status=$__holdfast_es __holdfast_code=${__holdfast_user_exit-} __holdfast_user_exit=
    if __holdfast_ready; then builtin eval "$__holdfast_code"; else builtin eval "$__holdfast_code"; fi
  fi
  [[ -z $__holdfast_er ]] || __holdfast_revive "$__holdfast_es" "$__holdfast_el" "$@"
  builtin exit "$__holdfast_es"
}

# In front of code that sets EXIT traps: for as long as it runs there is a function `trap`, under which the user's trap for
# EXIT is kept beside ours, so that a fatal error behind it does not end the session either.
__holdfast_guard() {
  ! builtin declare -F trap >/dev/null || builtin return 0
  __holdfast_guarded=1
  trap() {
    { __holdfast_x=$-; builtin set +x; } 2>/dev/null
    [[ $BASHPID != "$$" ]] || builtin trap "${__holdfast_user_exit:--}" EXIT
    __holdfast_t=0
    builtin trap "$@" || __holdfast_t=$?
    if [[ $BASHPID == "$$" ]]; then
      builtin trap -p EXIT >|"$__holdfast_dir/exit"
      builtin mapfile -d '' __holdfast_line <"$__holdfast_dir/exit"
      __holdfast_line=${__holdfast_line-}
      __holdfast_line=${__holdfast_line#trap -- }
      builtin eval "__holdfast_wrap ${__holdfast_line% EXIT*}"
    fi
    {
      [[ $__holdfast_x != *x* ]] || builtin set -x
      builtin return "$__holdfast_t"
    } 2>/dev/null
  }
}

# RTMAX trap, our interrupt: the execution ends here, and a fresh bash goes on. Not INT: bash has a moment in which that signal
# makes it signal itself for ever. A signal that comes too late, or before a line is whole, changes nothing; where the user
# has a trap for INT, that is what happens. $1 `$_`, then the positional parameters.
__holdfast_interrupt() {
  [[ ${__holdfast_nonce-} == H* ]] || builtin return 0
  builtin trap -p INT >|"$__holdfast_dir/int"
  [[ -s $__holdfast_dir/int ]] || __holdfast_revive 130 "$@"
  __holdfast_say "T $__holdfast_nonce"$'\n'
  builtin kill -INT $$
}

# A fresh bash goes on in this process, with the state of this one. $1 status, $2 `$_`, then the positional parameters.
__holdfast_revive() {
  __holdfast_subject=$__holdfast_nonce __holdfast_nonce=
  [[ -z ${__holdfast_guarded-} ]] || builtin unset -f trap
  __holdfast_guarded=
  exec </dev/null >/dev/null 2>&1
  __holdfast_flags=$-
  builtin set +euxv
  __holdfast_status=$1 __holdfast_last=$2
  __holdfast_pwd=$PWD __holdfast_oldpwd=${OLDPWD+=$OLDPWD} # without the = there is none
  __holdfast_debugs=; ! builtin shopt -q extdebug || __holdfast_debugs=1 # cannot be set as early as the rest
  builtin shift 2
  __holdfast_args=("$@")
  __holdfast_dump "$__holdfast_dir/revive"
  __holdfast_start_afresh
}

# Functions come with the state: one that was inherited could stand in for a command of the state.
__holdfast_start_afresh() {
  builtin declare -F >|"$__holdfast_dir/functions"
  while IFS=' ' builtin read -r __holdfast_line __holdfast_line __holdfast_code; do
    builtin export -nf -- "$__holdfast_code" 2>/dev/null
  done <"$__holdfast_dir/functions"
  builtin export __holdfast_dir BASH_ENV="$__holdfast_init"
  # What is ignored at the start of a shell can never be trapped in it.
  builtin trap : HUP INT QUIT PIPE ALRM TERM USR1 USR2
  # Until the new shell has its traps a signal would end it: we go when we are told that none is on its way.
  __holdfast_say "P $__holdfast_subject"$'\n'
  until builtin read -r -N 1 __holdfast_line <"$__holdfast_dir/go"; do :; done
  builtin cd -- "$__holdfast_dir" && exec "$BASH" --norc --noprofile bash
}

# Keeps the user's EXIT trap for the shell's real end, and sets ours again.
__holdfast_wrap() {
  __holdfast_user_exit=${1-}
  builtin trap '__holdfast_exit "$?" "${PIPESTATUS[*]}" "$_" "$BASH_COMMAND" "$@"' EXIT
}

__holdfast_wrap_interrupt() {
  builtin trap '__holdfast_interrupt "$_" "$@"' RTMAX
}

# Sets `$?` to the last execution's, and `$_` to its argument.
__holdfast_ready() {
  builtin return "$__holdfast_status"
}

# The first thing the script does: goes where the session is, and says that it is up, or back.
__holdfast_go() {
  if [[ ! -f $__holdfast_dir/revive ]]; then
    builtin cd -- "$__holdfast_cwd" || builtin exit 1
    builtin unset -v OLDPWD __holdfast_cwd
    builtin export OLDPWD
    __holdfast_say "H $BASH_VERSION"$'\n'
    return
  fi
  exec </dev/null >/dev/null 2>&1
  builtin cd -- "$__holdfast_pwd" || builtin cd /
  if [[ -n $__holdfast_oldpwd ]]; then
    OLDPWD=${__holdfast_oldpwd#=}
  else
    builtin unset -v OLDPWD
    builtin export OLDPWD
  fi
  [[ -z ${__holdfast_debugs-} ]] || builtin shopt -s extdebug
  builtin unset -v __holdfast_pwd __holdfast_oldpwd __holdfast_debugs
  __holdfast_say "R $__holdfast_subject $__holdfast_status $__holdfast_flags"$'\n'
  builtin trap - DEBUG
  builtin unset -v __holdfast_s __holdfast_u __holdfast_f
  [[ $__holdfast_flags != *u* ]] || builtin set -u
  [[ $__holdfast_flags != *e* ]] || builtin set -e
}

# Here in BASH_ENV, the script is not open yet: we have to stay in the folder in which it is.
__holdfast_init=$BASH_ENV
__holdfast_nonce=
if [[ -f $__holdfast_dir/revive ]]; then
  # The state may be that of another shell: what is ours is put back behind it.
  builtin set -- "$__holdfast_dir" "$__holdfast_init" "${__holdfast_subject-}" "$HOLDFAST_WORKER"
  builtin . "$__holdfast_dir/revive" 2>/dev/null
  __holdfast_dir=$1 __holdfast_init=$2 __holdfast_subject=${3:-$__holdfast_subject} __holdfast_nonce=
  HOLDFAST_WORKER=$4
  builtin set -- "${__holdfast_args[@]}"
else
  __holdfast_status=0 __holdfast_last=bash
  __holdfast_wrap_interrupt
fi
if [[ -n ${__holdfast_bash_env-} ]]; then BASH_ENV=$__holdfast_bash_env; else builtin unset -v BASH_ENV; fi
builtin export -n __holdfast_dir __holdfast_bash_env __holdfast_subject
__holdfast_wrap "${__holdfast_user_exit-}"
