# SPDX-License-Identifier: MIT
# port0.pl FILE: an echo server on a port that the kernel chooses; FILE is told which.
use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new( LocalPort => 0, Listen => 5 ) or die "listen: $@";
open( my $file, '>', $ARGV[0] ) or die "$ARGV[0]: $!";
print $file $server->sockport, "\n";
close($file);
while ( my $client = $server->accept ) {
    my $line = <$client>;
    print $client $line if defined $line;
    close($client);
}
