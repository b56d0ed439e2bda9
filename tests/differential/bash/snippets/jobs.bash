#### wait for one and its status
(exit 7) & wait $!; echo $?
#### wait for all
for i in 1 2 3; do (sleep 0.01; exit $i) & done; wait; echo $?
#### statuses of several
pids=(); for i in 1 2 3; do (exit $i) & pids+=($!); done; for p in "${pids[@]}"; do wait $p; echo $?; done
#### wait -n
sleep 30 & p=$!; (exit 5) & wait -n; echo $?; kill $p
#### wait for a stranger
wait 1; echo $?; wait %9; echo $?; wait abc; echo $?
#### killed child
#@ masks: job
sleep 10 & kill $!; wait $!; echo $?
#### killed child without wait
sleep 10 & p=$!; kill -9 $p; wait $p 2>/dev/null; echo $?
#### aborted child
#@ masks: job
ulimit -c 0; bash -c 'kill -ABRT $$'; echo $?
#### killed foreground child
#@ masks: job
bash -c 'kill -9 $$'; echo "status $?"
#### segmentation fault within a pipe
#@ masks: job
ulimit -c 0; bash -c 'kill -SEGV $$' | cat; echo "${PIPESTATUS[@]}"
#### terminated quietly
#@ masks: job
bash -c 'kill -TERM $$'; echo $?
#### child that ends by INT
bash -c 'kill -INT $$'; echo "after $?"
#### jobs
sleep 30 & p=$!; jobs; jobs -r | wc -l; kill $p; wait $p; jobs
#### job numbers
#@ masks: job
sleep 5 & kill %1; wait %1; echo $?
#### disown and kill -0
sleep 5 & p=$!; disown $p; kill -0 $p && echo alive; kill $p; jobs
#### kill errors
kill 999999999; echo $?; kill -NONE 1; echo $?; kill; echo $?; kill abc; echo $?
#### kill -l
kill -l 9; kill -l TERM; kill -l 137
#### background with a redirection and wait
{ echo bg; echo er >&2; } >o 2>e & wait; cat o e
#### nohup
nohup echo x 2>/dev/null; echo $?
#### fg and bg without job control
sleep 0 & fg; echo $?; bg; echo $?; wait
#### standard input of a background process
cat & wait; echo $?
#### parallel with a limit
run() { sleep 0.01; echo $1 >>done; }
for i in {1..6}; do run $i & (($(jobs -rp | wc -l) >= 2)) && wait -n; done; wait; sort done | tr '\n' ' '
#### timeout
timeout 0.05 sleep 5; echo $?; timeout 5 true; echo $?
#### a background process does not care for INT
bash -c 'echo up >up; exec sleep 30' & p=$!
until [[ -s up ]]; do sleep 0.01; done; kill -INT $p; kill -0 $p && echo alive; kill $p; wait $p; echo $?
#### xargs in parallel
seq 4 | xargs -P 2 -I{} sh -c 'echo {} >>x'; sort x | tr '\n' ' '; seq 3 | xargs false; echo $?
#### subshell's own jobs
(sleep 0.01 & wait; echo inner); jobs; echo outer
#### suspend
suspend; echo $?
