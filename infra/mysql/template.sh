# Sourced by mysqld-find: the initialised data folder that every test server copies.
#
# Why: initialising takes about five seconds, copying a tenth of one.
# Never run a server on the template itself, it would no longer be clean.

# print_template MYSQLD BASEDIR SHARE PLUGINS VERSION: makes the template if need be and prints its line.
print_template() {
    local mysqld=$1 stamp template
    # A server that was replaced in place, with the same version, gets a new template too.
    stamp=$(stat -c '%Y-%s' "$mysqld")
    template=$cache/template-$5-$stamp
    once "$template" initialise "$@"
    emit FERRY_MYSQL_TEMPLATE "$template/data"
}

initialise() {
    local scratch=$1 mysqld=$2 basedir=$3 share=$4 plugins=$5 version=$6
    say "initialising a data folder for MySQL $version (once, about five seconds)"
    cat >"$scratch/accounts.sql" <<'SQL'
CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '';
GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
SQL
    # Root may not run mysqld unless it says so; everybody else runs it as themselves.
    local user=()
    if [[ $(id -u) == 0 ]]; then user=(--user=root); fi
    if [[ -n $plugins ]]; then user+=(--plugin-dir="$plugins"); fi
    if ! "$mysqld" --no-defaults --initialize-insecure "${user[@]}" --basedir="$basedir" --datadir="$scratch/data" \
        --lc-messages-dir="$share" --character-sets-dir="$share/charsets" --secure-file-priv= \
        --innodb-redo-log-capacity=8M --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --skip-log-bin \
        --init-file="$scratch/accounts.sql" --log-error="$scratch/initialise.log" </dev/null >/dev/null; then
        say "mysqld could not initialise a data folder:"
        tail -n 20 "$scratch/initialise.log" >&2
        return 1
    fi
    # Each copy must get a server_uuid of its own.
    rm -f "$scratch/data/auto.cnf"
}
