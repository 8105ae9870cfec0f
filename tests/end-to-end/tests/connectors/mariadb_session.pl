# DBD::MariaDB, which is the MariaDB C connector, against the stand-in: log in, write, read, fail and go on.
#
# Every expectation is a literal here, none comes from the server or from another client. With mariadb_server_prepare
# every statement with placeholders is prepared by the protocol, and its values and rows are binary.
#
# Arguments: host, port, user, the certificate authority for TLS (empty: plaintext), and statements to begin with;
# without those it only logs in. The password comes from FERRY_TEST_PASSWORD. Prints `checked N` at the end; a
# difference ends the script with what differs.
use strict;
use warnings;
use utf8;
use DBI qw(:sql_types);

my ($host, $port, $user, $authority, @beginning) = @ARGV;
my $checked = 0;
binmode STDERR, ':encoding(UTF-8)';

sub same {
    my ($what, $expected, $actual) = @_;
    my ($one, $other) = map { defined $_ ? "[$_]" : 'NULL' } $expected, $actual;
    die "$what: expected $one, got $other\n" if $one ne $other;
    $checked++;
}

sub refused {
    my ($what, $number, $state, $action) = @_;
    die "$what: was not refused\n" if eval { $action->(); 1 };
    same("$what, number", $number, $DBI::err);
    same("$what, SQLSTATE", $state, $DBI::state);
}

sub connected {
    my ($password, $database, $prepare) = @_;
    my $source = "DBI:MariaDB:host=$host;port=$port;database=$database;mariadb_server_prepare=$prepare;";
    $source .= "mariadb_server_prepare_disable_fallback=1;" if $prepare;
    $source .= "mariadb_ssl=1;mariadb_ssl_verify_server_cert=1;mariadb_ssl_ca_file=$authority;" if $authority;
    return DBI->connect($source, $user, $password, { RaiseError => 1, PrintError => 0 });
}

my $name = "it's a \"back\\slash\"\r\n?%s 注文 🦀";
my @columns = qw(id name raw price moment day clock flag big ratio doc);
my @rows = (
    [1, $name, "\x00'\\\xff", '1234567890123456.5000', '2024-02-29 23:59:59.123', '2024-02-29', '23:59:58', 1,
        '-9223372036854775808', 0.1, '{"a": [1, "ü"]}'],
    [2, undef, undef, undef, undef, undef, undef, 1, undef, undef, undef],
    [3, '', "\x00", '-0.0001', '1969-12-31 23:59:59.999', '0001-01-01', '00:00:00', 0, '9223372036854775807',
        -1.5e300, 'null'],
);
my %kinds = (id => SQL_INTEGER, flag => SQL_INTEGER, big => SQL_BIGINT, raw => SQL_VARBINARY, ratio => SQL_DOUBLE);

sub write_rows {
    my ($session, $prepare) = @_;
    $session->do("SET time_zone = '+00:00'");
    my @lists;
    my @values;
    for my $row (@rows) {
        my @marks;
        for my $column (0 .. $#columns) {
            my $value = $row->[$column];
            # Into text the connector would put the bytes as they are, which is no text.
            my $literal = !$prepare && $columns[$column] eq 'raw' && defined $value;
            push @marks, $literal ? "x'" . unpack('H*', $value) . "'" : '?';
            push @values, [$value, $kinds{ $columns[$column] } // SQL_VARCHAR] if !$literal;
        }
        push @lists, '(' . join(', ', @marks) . ')';
    }
    my $statement = $session->prepare("UPSERT INTO goods (@{[join ', ', @columns]}) VALUES @{[join ', ', @lists]}");
    $statement->bind_param($_ + 1, @{ $values[$_] }) for 0 .. $#values;
    same('rows affected', 3, $statement->execute);
    for my $stamp (['1704067200000', 'later', 1], ['1704067199999', 'earlier', 0]) {
        my ($at, $text, $flag) = @$stamp;
        my $stamped = $session->prepare("UPSERT /*+ _l_ts_($at) */ INTO goods (id, name, flag) VALUES (?, ?, ?)");
        $stamped->bind_param(1, 4, SQL_INTEGER);
        $stamped->bind_param(2, $text);
        $stamped->bind_param(3, $flag, SQL_INTEGER);
        same("stamped $text", 1, $stamped->execute);
    }
    my $many = $session->prepare('UPSERT INTO many (id, name) VALUES (?, ?)');
    for my $number (1000 .. 1249) {
        $many->bind_param(1, $number, SQL_INTEGER);
        $many->bind_param(2, "text $number");
        same("one of many", 1, $many->execute);
    }
}

sub read_rows {
    my ($session) = @_;
    my $statement = $session->prepare("SELECT @{[join ', ', @columns]} FROM goods WHERE id < ?");
    $statement->bind_param(1, 4, SQL_INTEGER);
    $statement->execute;
    for my $expected (@rows) {
        my $actual = $statement->fetchrow_arrayref or die "too few rows\n";
        same("row $expected->[0], column $columns[$_]", $expected->[$_], $actual->[$_]) for 0 .. $#columns;
    }
    die "too many rows\n" if $statement->fetchrow_arrayref;
    # The connector calls bytes and JSON varchar too; whether it takes them for text the values above have shown.
    same('column types', 'integer,varchar,varchar,decimal,timestamp,date,time,tinyint,bigint,double,varchar',
        join ',', @{ $statement->{mariadb_type_name} });
    same('the greater stamp stays', 'later 1',
        join ' ', $session->selectrow_array('SELECT name, flag FROM goods WHERE id = ?', undef, 4));
    same('found by its text', 1, $session->selectrow_array('SELECT id FROM goods WHERE name = ? AND id > 0', undef, $name));
    same('the last of many', 'text 1249', $session->selectrow_array('SELECT name FROM many WHERE id >= 1249'));
    $session->do("SET time_zone = '-03:30'");
    same('in another zone', '2024-02-29 20:29:59.123', $session->selectrow_array('SELECT moment FROM goods WHERE id = 1'));
}

sub fail {
    my ($session) = @_;
    refused('unknown table', 1146, '42S02', sub { $session->selectrow_array('SELECT * FROM nowhere WHERE id = ?', undef, 1) });
    refused('unknown column', 1054, '42S22', sub { $session->selectrow_array('SELECT nothing FROM goods') });
    refused('bad syntax', 1064, '42000', sub { $session->do('UPSERT goods') });
    refused('wrong password', 1045, '28000', sub { connected('wrong', 'shop', 0) });
    die "the session is gone\n" unless $session->ping;
}

sub chatter {
    my ($session) = @_;
    same($_, '0E0', $session->do($_)) for 'SET NAMES utf8mb4', 'SET autocommit=1', 'COMMIT', 'ROLLBACK';
    same('the session goes on', 1, $session->selectrow_array('SELECT id FROM goods WHERE id = 1'));
}

my $first = connected($ENV{FERRY_TEST_PASSWORD}, 'default', 0);
if (!@beginning) {
    print "logged in\n";
    exit;
}
$first->do($_) for @beginning;
$first->disconnect;
for my $prepare (1, 0) {
    my $session = connected($ENV{FERRY_TEST_PASSWORD}, 'shop', $prepare);
    write_rows($session, $prepare);
    read_rows($session);
    fail($session);
    chatter($session);
    $session->disconnect;
}
print "checked $checked\n";
