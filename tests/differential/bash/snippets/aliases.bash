#### off in a script
alias ll='echo listed'
ll
echo $?
#### on
shopt -s expand_aliases
alias ll='echo listed'
ll x
#### on the same line comes too late
shopt -s expand_aliases; alias q='echo q'; q
q
#### listing and removing
shopt -s expand_aliases
alias a='x y' b="it's"
alias; alias a; unalias a; alias a; echo $?; unalias nonesuch
#### that ends in a space
shopt -s expand_aliases
alias run='echo running ' what='the thing'
run what
#### within a function is fixed at its definition
shopt -s expand_aliases
alias v='echo 1'
f() { v; }
alias v='echo 2'
f; v
#### that holds a keyword
shopt -s expand_aliases
alias forever='while :; do'
forever echo once; break; done
#### escaped
shopt -s expand_aliases
alias echo='echo aliased'
echo x
\echo x
'echo' x
#### BASH_ALIASES
shopt -s expand_aliases
BASH_ALIASES[hey]='echo hey'
hey you
