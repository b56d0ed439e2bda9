# Runs Perl for a session: frames on descriptor 4 say what, and are told how it ended.
sub run { eval $_[0]; die $@ if $@ }    # first, so that code sees no lexical of ours

open my $channel, '+<&=', 4 or die "descriptor 4: $!";
my ($own, $is_running) = ($$, 0);
$SIG{INT} = sub { die "interrupted\n" if $is_running };
tell_host("ready $^V");

while (my ($id, $code, $stdin, $cwd, $stdout, $stderr, %variables) = receive()) {
    open STDOUT, '>', $stdout or die "$stdout: $!";
    open STDERR, '>', $stderr or die "$stderr: $!";
    open my $input, '+>', undef or die "standard input: $!";    # a file without a name
    print $input $stdin;
    seek $input, 0, 0;
    open STDIN, '<&', $input or die "standard input: $!";
    select((select(STDOUT), $| = 1)[0]);
    open my $home, '<', '.' or die "the directory: $!";
    my $end = do {
        local @ENV{keys %variables} = values %variables;
        my $is_done = eval {
            chdir $cwd or die "$cwd: $!\n" if length $cwd;
            $is_running = 1;
            run($code);
            $is_running = 0;
            1;
        };
        $is_running = 0;
        $is_done ? 'ok' : $@ eq "interrupted\n" ? 'interrupted' : "error " . substr $@, 0, 65_536;
    };
    exit if $$ != $own;    # a fork that came to the end of the code
    chdir $home if length $cwd;
    open $_, '+<', '/dev/null' for *STDIN, *STDOUT, *STDERR;
    tell_host("$id $end");
}

sub receive {
    my ($message, $has_more) = ('', 1);
    while ($has_more) {
        read($channel, my $header, 5) == 5 or exit;
        (my $length, $has_more) = unpack 'NC', $header;
        read $channel, $message, $length, length $message;
    }
    return unpack '(N/a)*', $message;
}

sub tell_host {
    syswrite $channel, pack 'NCa*', length $_[0], 0, $_[0];
}
