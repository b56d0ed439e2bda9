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
#   guard.pl DIR adopt PID STDERR SAID    for a worker that was forked: it is our child already, its standard error is the
#     non-blocking pipe on descriptor STDERR, its FIFOs are made; SAID: we are its subreaper, and P was said
#   in:  F name    make a FIFO in DIR          S n   signal the worker's group with n
#        T n       signal the whole tree       K     kill the tree and end
#        A n m     signal the worker itself with n, then the rest of its group with m
#        B         answer B: all before it is done
#        R pid     a process of the tree is the guard of another worker: it and what is below it are not ours to kill
#        N dir     a folder is there for a process that is to be forked: ours to remove, with us, until H dir
#        O         kill what such a guard has left behind when it was killed itself
#   out: P pid     started                     F name    made
#        E text    could not start, or no FIFO X code signal    the worker's process has ended
#        W text    the end of its standard error, percent-encoded, in front of X; only of an adopted one
#        G n m     the tree is gone, n processes were killed after the worker's own end, m guards are waited for
BEGIN { $^H |= 0x602 }                                     # use strict, without the 0.2 ms that strict.pm takes to load

my ($dir, $mode, $main, $stderr, $is_said) = @ARGV;
my $is_adopted = $mode eq 'adopt';
my $with_channel = !$is_adopted && $mode;
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

# To compile what only later is needed takes longer than a start may: it is done when nothing else is to be done.
my $later = do { local $/; readline DATA };
close DATA;
our $AUTOLOAD;
my $is_finishing = 0;
my $is_alone = 0;                                          # the server is gone
my ($input, $ended) = ('', 0);
my %spared;                                                # guards of other workers, by process id
my %folders;                                               # of processes that have no guard yet
my $last_words = '';
my $words_handle;

syscall($sys->{prctl}, 36, 1, 0, 0, 0);                    # PR_SET_CHILD_SUBREAPER
syscall($sys->{prctl}, 1, 18, 0, 0, 0);                    # PR_SET_PDEATHSIG, SIGCONT: stopped, it would not see the server's end
syscall($sys->{sigmask}, 0, $mask, 0, 8);                  # SIG_BLOCK; read through the signalfd instead
my $signals = syscall($sys->{signalfd4}, -1, $mask, 8, 02000000 | 04000);    # SFD_CLOEXEC | SFD_NONBLOCK
finish("E signalfd: $!") if $signals < 0;
open(my $signal_handle, '<&=', $signals) or finish("E signalfd: $!");

if ($is_adopted) { adopt() } else { start() }

if ($is_adopted && (my $pid = waitpid -1, 1) > 0) {        # it may have ended before we could hear of it
    reap($pid);
    finish() if $ended;
}
while (1) {
    my $ready = '';
    vec($ready, 3, 1) = 1;
    vec($ready, $signals, 1) = 1;
    vec($ready, $stderr, 1) = 1 if $words_handle;
    next if !select($ready, undef, undef, defined $later ? 0.05 : undef) && compile_later();
    hear() if $words_handle && vec($ready, $stderr, 1);
    if (vec($ready, $signals, 1)) {
        while (sysread $signal_handle, my $record, 128) { }
        reap();
        finish() if $ended;
    }
    obey() if vec($ready, 3, 1);
}

# What stands behind __DATA__, when the first of it is called.
sub AUTOLOAD {
    compile_later();
    goto &$AUTOLOAD;
}

sub compile_later {
    return 1 unless defined $later;
    my $code = $later;
    undef $later;
    eval "$code; 1" or die $@;
    return 1;
}

# Starts the worker that the start record on descriptor 3 describes.
sub start {
    my @fields = do {
        my $length = unpack('N', take(4));
        split /\0/, take($length), -1;
    };
    my $cwd = shift @fields;
    my @fifos = splice @fields, 0, shift @fields;
    my @command = splice @fields, 0, shift @fields;
    pop @fields if @fields && $fields[-1] eq '';

    for my $name (@fifos) { make_fifo($name) or finish("E mkfifo $name: $!") }

    my $guard = $$;
    pipe(my $failed, my $fail) or finish("E pipe: $!");        # close-on-exec: tells why exec failed
    $main = fork;
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
}

# The worker is there: a child of ours from before we became what we are.
sub adopt {
    opendir(my $fds, '/proc/self/fd') or finish("E descriptors: $!");
    my @open = grep { /^\d+$/ && $_ > 3 && $_ != $signals && $_ != $stderr } readdir $fds;
    syscall($sys->{close}, $_ + 0) for @open;
    open($words_handle, '<&=', $stderr) or finish("E stderr: $!");
    say_line("P $main") unless $is_said;
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
        next if $n;
        rmdir $dir;                                            # the server ended before it said what to start
        rmdir $dir =~ s{/[^/]*$}{}r;
        exit 96;
    }
    return $got;
}

sub machine {
    open(my $handle, '<', '/proc/self/exe') or return 'none';
    sysread $handle, my $header, 20;
    return { 62 => 'x86_64', 183 => 'aarch64' }->{ unpack 'v', substr $header, 18, 2 } // 'unknown';
}

__DATA__
# Does what it is told; without a server it ends.
sub obey {
    my $n = sysread $control, my $more, 4096;
    unless ($n) { $is_alone = 1; finish() }
    $input .= $more;
    while ($input =~ s/^([^\n]*)\n//) { command($1) }
}

sub command {
    my ($verb, $rest) = split / /, $_[0], 2;
    return if $ended && $verb =~ /[SAT]/;                  # its process id may be another's by now
    if    ($verb eq 'F') { say_line(make_fifo($rest) ? "F $rest" : "E mkfifo $rest: $!") }
    elsif ($verb eq 'S') { kill $rest, -$main or kill $rest, $main }
    elsif ($verb eq 'A') {
        my ($own, $others) = split / /, $rest;
        kill $own, $main;
        kill $others, grep { $_ != $main && getpgrp($_) == $main } descendants();
    }
    elsif ($verb eq 'T') { kill $rest, -$main; kill $rest, descendants() }
    elsif ($verb eq 'B') { say_line('B') }
    elsif ($verb eq 'R') { $spared{$rest} = 1 }
    elsif ($verb eq 'N') { $folders{$rest} = 1 }
    elsif ($verb eq 'H') { delete $folders{$rest} }
    elsif ($verb eq 'O') { end_orphans() }
    elsif ($verb eq 'K') { finish() }
}

# Collects ended children: the worker's own end is reported at once, orphans are only reaped.
sub reap {
    for (my $pid = $_[0] // waitpid -1, 1; $pid > 0; $pid = waitpid -1, 1) {
        delete $spared{$pid};
        next if $pid != $main;
        note_end();
    }
}

# Takes what the worker wrote to its standard error; only the end of it is kept.
sub hear {
    while (1) {
        my $n = sysread $words_handle, my $more, 4096;
        if (!defined $n) { return if $! == 11 || $! == 4; $n = 0 }
        unless ($n) { undef $words_handle; return }
        $last_words = substr $last_words . $more, -4096;
    }
}

# Kills all that is left, waits until the kernel has no child of ours, removes DIR, and ends.
sub finish {
    my ($message) = @_;
    return if $is_finishing++;
    # What we were told before: whom to spare, above all.
    my $told = '';
    vec($told, 3, 1) = 1;
    obey() while !$is_alone && select(my $ready = $told, undef, undef, 0) > 0;
    my $killed = 0;
    for (my $pass = 0; $main; $pass++) {
        my @left = descendants();
        kill 19, @left if $pass == 0 && @left > 1;         # SIGSTOP first: what is stopped starts nothing new
        $killed += @left if $pass == 0;
        kill 9, @left;
        my $pid = waitpid -1, @left ? 0 : 1;
        last if $pid < 0;
        do { note_end() if $pid == $main } while ($pid > 0 && ($pid = waitpid -1, 1) > 0);
        next if @left;
        last if files("/proc/$$/task");
        # User code has taken our descriptors (prlimit), and we see none of them: the server does, if it is there.
        kill 9, -$main, $main unless $ended;
        last if $is_alone;
        select undef, undef, undef, 0.01;
    }
    for (1 .. 100) {                                       # the server may put a file there in this moment
        last if remove($dir);
        select undef, undef, undef, 0.005;
    }
    remove($_) for keys %folders;
    (my $parent = $dir) =~ s{/[^/]*$}{};
    say_line($message) if defined $message;
    say_line("G $killed " . keys %spared);
    # Stays until its last words are read: a line sent to a socket without a reader would take them with it.
    my $control_bit = '';
    vec($control_bit, 3, 1) = 1;
    while (select(my $ready = $control_bit, undef, undef, 2) > 0) { sysread($control, my $rest, 4096) or last }
    close $control;
    await_spared();
    rmdir $parent;                                         # the last one out; fails while others are in it
    exit 0;
}

# Removes a folder with all that is in it, links as links: user code can have put anything there, or in its own place.
sub remove {
    my ($folder) = @_;
    return unlink $folder if -l $folder;
    chmod 0700, $folder;
    for my $path (map { "$folder/$_" } files($folder)) { unlink $path or remove($path) }
    return rmdir($folder) || !-d $folder;
}

# Stays for as long as a spared guard lives: what that leaves behind, should it be killed, comes to us.
sub await_spared {
    for (my $waited = 0; (my $pid = waitpid -1, $is_alone ? 1 : 0) >= 0;) {
        if ($pid) { delete $spared{$pid}; kill 9, descendants() }
        elsif (($waited += 0.02) < 2) { select undef, undef, undef, 0.02 }
        else { %spared = (); kill 9, descendants() }       # it had its time: the server that it was for is gone
    }
}

# Again until there are none: what one that ends has below it comes to us only then.
sub end_orphans {
    for (1 .. 50) {
        reap();
        my @left = orphans() or return;
        kill 9, @left;
        select undef, undef, undef, 0.002;
    }
}

# Children of ours that nobody has told us of, with what is below them.
sub orphans {
    my @found = grep { $_ != $main && !$spared{$_} } children($$);
    return map { ($_, descendants($_)) } @found;
}

sub note_end {
    my $status = $?;
    return if $ended++;
    hear() if $words_handle;
    say_line('W ' . ($last_words =~ s/([^ -~]|%)/sprintf '%%%02x', ord $1/egr)) if length $last_words;
    say_line('X ' . ($status >> 8) . ' ' . ($status & 127));
}

sub files {
    opendir(my $handle, $_[0]) or return;
    return grep { $_ ne '.' && $_ ne '..' } readdir $handle;
}

# Every process below the guard, or another one. Orphans are re-parented to the guard, so the walk from it misses none.
sub descendants {
    my @found;
    my @queue = ($_[0] // $$);
    while (defined(my $pid = shift @queue)) {
        my @children = grep { !$spared{$_} } children($pid);
        push @found, @children;
        push @queue, @children;
    }
    return @found;
}

sub children {
    my ($pid) = @_;
    my @children;
    for my $task (files("/proc/$pid/task")) {        # no glob: it would load File::Glob, 4 ms at every start
        open(my $handle, '<', "/proc/$pid/task/$task/children") or next;
        push @children, split ' ', (readline($handle) // '');
    }
    return @children;
}
