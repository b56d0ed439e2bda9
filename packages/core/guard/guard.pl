#!/usr/bin/perl
# The guard of one worker: owns its process tree. Perl, because the kernel calls needed here (child subreaper, parent
# death signal, signalfd, mkfifo) have no counterpart in Node, and perl-base starts in 1 ms and is on every Debian.
#
# It is the child subreaper (prctl(2)), so whatever the worker starts, double-forked daemons included, comes back to it
# as a child and cannot outlive it. Descriptor 3 is the control socket: when its other end closes (the server is gone,
# also by kill -9), the tree is killed. Descriptor 4, if wanted, is the worker's message channel and is only passed on.
#
#   guard.pl DIR WITH_CHANNEL        on descriptor 3 first: uint32be length, then fields that each end in NUL:
#     cwd, count of FIFOs, the FIFO names, count of arguments, the arguments, then name=value pairs of the environment
#   in:  F name    make a FIFO in DIR          S n   signal the worker's group with n
#        T n       signal the whole tree       K     kill the tree and end
#        A n m     signal the worker itself with n, then the rest of its group with m
#        B         answer B: all before it is done
#   out: P pid     started                     F name    made
#        E text    could not start, or no FIFO X code signal    the worker's process has ended
#        G n       the tree is gone, n processes were killed after the worker's own end
use strict;

my ($dir, $with_channel) = @ARGV;
my %numbers = (    # close, mkfifo: [number, arguments before the path], prctl, signalfd4, rt_sigprocmask, setsid, fcntl
    x86_64  => { close => 3,  mknod => [133],       prctl => 157, signalfd4 => 289, sigmask => 14 },
    aarch64 => { close => 57, mknod => [33, -100],  prctl => 167, signalfd4 => 74,  sigmask => 135 },
);
my $machine = machine();
my $sys = $numbers{$machine} or die "guard: no system call table for $machine\n";
my $SIGCHLD = 17;
my $mask = pack('Q', 1 << ($SIGCHLD - 1));

$0 = 'holdfast-guard';
$SIG{PIPE} = 'IGNORE';
$SIG{$_} = 'IGNORE' for qw(INT TERM HUP QUIT);
open(my $control, '+<&=', 3) or exit 97;
binmode $control;

my @fields = do {
    my $length = unpack('N', take(4));
    split /\0/, take($length), -1;
};
my $cwd = shift @fields;
my @fifos = splice @fields, 0, shift @fields;
my @command = splice @fields, 0, shift @fields;
pop @fields if @fields && $fields[-1] eq '';

syscall($sys->{prctl}, 36, 1, 0, 0, 0);                    # PR_SET_CHILD_SUBREAPER
syscall($sys->{sigmask}, 0, $mask, 0, 8);                  # SIG_BLOCK; read through the signalfd instead
my $signals = syscall($sys->{signalfd4}, -1, $mask, 8, 02000000 | 04000);    # SFD_CLOEXEC | SFD_NONBLOCK
finish("E signalfd: $!") if $signals < 0;
open(my $signal_handle, '<&=', $signals) or finish("E signalfd: $!");

for my $name (@fifos) { make_fifo($name) or finish("E mkfifo $name: $!") }

my $guard = $$;
pipe(my $failed, my $fail) or finish("E pipe: $!");        # close-on-exec: tells why exec failed
my $main = fork;
finish("E fork: $!") unless defined $main;
if (!$main) {
    syscall($sys->{prctl}, 1, 9, 0, 0, 0);                 # PR_SET_PDEATHSIG, SIGKILL
    kill 9, $$ if getppid() != $guard;
    setpgrp(0, 0);
    $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP QUIT PIPE);
    syscall($sys->{sigmask}, 1, $mask, 0, 8);              # SIG_UNBLOCK
    my $keep = fileno $fail;
    if (opendir(my $fds, '/proc/self/fd')) {
        my @open = grep { /^\d+$/ && $_ > 2 && $_ != $keep && !($with_channel && $_ == 4) } readdir $fds;
        syscall($sys->{close}, $_ + 0) for @open;
    }
    %ENV = map { /^([^=]*)=(.*)$/s ? ($1, $2) : () } @fields;
    my $why = chdir($cwd) ? undef : "chdir $cwd: $!";
    unless (defined $why) {
        exec { $command[0] } @command;
        $why = "exec $command[0]: $!";
    }
    syswrite $fail, $why;
    syscall(231, 127) if $machine eq 'x86_64';             # exit_group: run nothing of perl's own end
    syscall(94, 127);
}
close $fail;
syscall($sys->{close}, 4) if $with_channel;
sysread $failed, my $why, 4096;                            # returns at exec (end of file) or with the reason
close $failed;
finish("E $why") if defined $why && length $why;
say_line("P $main");

my ($input, $ended) = ('', 0);
while (1) {
    my $ready = '';
    vec($ready, 3, 1) = 1;
    vec($ready, $signals, 1) = 1;
    select($ready, undef, undef, undef);
    if (vec($ready, $signals, 1)) {
        while (sysread $signal_handle, my $record, 128) { }
        reap();
        finish() if $ended;
    }
    if (vec($ready, 3, 1)) {
        my $n = sysread $control, my $more, 4096;
        finish() unless $n;
        $input .= $more;
        while ($input =~ s/^([^\n]*)\n//) { command($1) }
    }
}

sub command {
    my ($verb, $rest) = split / /, $_[0], 2;
    if    ($verb eq 'F') { say_line(make_fifo($rest) ? "F $rest" : "E mkfifo $rest: $!") }
    elsif ($verb eq 'S') { kill $rest, -$main or kill $rest, $main }
    elsif ($verb eq 'A') {
        my ($own, $others) = split / /, $rest;
        kill $own, $main;
        kill $others, grep { $_ != $main && getpgrp($_) == $main } descendants();
    }
    elsif ($verb eq 'T') { kill $rest, -$main; kill $rest, descendants() }
    elsif ($verb eq 'B') { say_line('B') }
    elsif ($verb eq 'K') { finish() }
}

# Collects ended children: the worker's own end is reported at once, orphans are only reaped.
sub reap {
    while ((my $pid = waitpid -1, 1) > 0) {
        next if $pid != $main;
        $ended = 1;
        say_line('X ' . ($? >> 8) . ' ' . ($? & 127));
    }
}

# Kills all that is left, waits until the kernel has no child of ours, removes DIR, and ends.
sub finish {
    my ($message) = @_;
    my $killed = 0;
    for (my $pass = 0; $main; $pass++) {
        my @left = descendants();
        kill 19, @left if $pass == 0 && @left > 1;         # SIGSTOP first: what is stopped starts nothing new
        $killed += @left if $pass == 0;
        kill 9, @left;
        my $pid = waitpid -1, @left ? 0 : 1;
        last if $pid < 0;
        do { note_end($pid) if $pid == $main } while (($pid = waitpid -1, 1) > 0);
    }
    unlink map { "$dir/$_" } files($dir);
    rmdir $dir;
    (my $parent = $dir) =~ s{/[^/]*$}{};
    say_line($message) if defined $message;
    say_line("G $killed");
    # Stays until its last words are read: a line sent to a socket without a reader would take them with it.
    my $control_bit = '';
    vec($control_bit, 3, 1) = 1;
    while (select(my $ready = $control_bit, undef, undef, 2) > 0) { sysread($control, my $rest, 4096) or last }
    rmdir $parent;                                         # the last one out; fails while others are in it
    exit 0;
}

sub note_end {
    return if $ended++;
    say_line('X ' . ($? >> 8) . ' ' . ($? & 127));
}

sub files {
    opendir(my $handle, $_[0]) or return;
    return grep { $_ ne '.' && $_ ne '..' } readdir $handle;
}

# Every process below the guard. Orphans are re-parented to it, so the walk from here misses none.
sub descendants {
    my (@found, @queue);
    @queue = ($$);
    while (defined(my $pid = shift @queue)) {
        my @children;
        for my $task (files("/proc/$pid/task")) {    # no glob: it would load File::Glob, 4 ms at every start
            open(my $handle, '<', "/proc/$pid/task/$task/children") or next;
            push @children, split ' ', (readline($handle) // '');
        }
        push @found, @children;
        push @queue, @children;
    }
    return @found;
}

sub make_fifo {
    my ($number, @before) = @{ $sys->{mknod} };
    my $path = "$dir/$_[0]";
    return syscall($number, @before, $path, 0010600, 0) == 0;
}

sub say_line { syswrite $control, "$_[0]\n" }

sub take {
    my ($want, $got) = ($_[0], '');
    while (length $got < $want) {
        my $n = sysread $control, $got, $want - length $got, length $got;
        exit 96 unless $n;
    }
    return $got;
}

sub machine {
    open(my $handle, '<', '/proc/self/exe') or return 'none';
    sysread $handle, my $header, 20;
    return { 62 => 'x86_64', 183 => 'aarch64' }->{ unpack 'v', substr $header, 18, 2 } // 'unknown';
}
