#!/usr/bin/env bash
# The demo: a generated shop in a real MySQL is moved into the LindormTable stand-in while it goes on selling, the log is
# followed until the lag is zero, and both sides are proved equal.
#
# It is the quickest way to see Ferry work, and it uses only what a user would: the commands and a task document.
# Usage: infra/demo/demo.sh [ROWS]   (default 1000000; `make demo` calls it)
# Everything lies in .cache/demo; both servers listen on the loopback, have random passwords, and end with the demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rows=${1:-1000000}
demo=$PWD/.cache/demo
bin=${CARGO_TARGET_DIR:-$PWD/target}/release
# Process ids of what this script started; it ends these and no others.
started=()

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }

finish() {
    local status=$? id
    trap - EXIT INT TERM
    for id in "${started[@]}"; do kill -TERM "$id" 2>/dev/null || true; done
    for id in "${started[@]}"; do wait "$id" 2>/dev/null || true; done
    if [[ $status != 0 ]]; then printf '\ndemo: failed; logs and task lie in %s\n' "$demo" >&2; fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

seconds_since() { awk -v from="$1" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f", to - from }'; }
new_password() { od -An -N12 -tx1 /dev/urandom | tr -d ' \n'; }

# Waits until a server has printed its first line, and prints that line.
ready_line() {
    local id=$1 output=$2 tries
    for ((tries = 0; tries < 1200; tries++)); do
        if [[ -s $output ]] && read -r line <"$output"; then printf '%s' "$line"; return; fi
        kill -0 "$id" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

# One order a round, as fast as one session goes; for ever, until the file is gone.
orders() {
    local round=0
    while [[ -e $1 ]]; do
        round=$((round + 1))
        printf '%s\n' "START TRANSACTION;" \
            "INSERT INTO orders (customer, status, placed_at, total, flags, gift, channel, note)
               SELECT id, 'placed', NOW(6), 19.90, b'1', 0, 1, 'live $round' FROM customers ORDER BY id LIMIT 1;" \
            "SET @placed = LAST_INSERT_ID();" \
            "INSERT INTO order_items (order_id, line_no, product, quantity, unit_price)
               SELECT @placed, 1, id, 2, 9.95 FROM products WHERE id > $round % 50 ORDER BY id LIMIT 1;" \
            "UPDATE inventory SET quantity = quantity - 2, reserved = NULL, counted_at = NOW(3)
               WHERE product = 1 + $round % 100;" \
            "UPDATE orders SET status = 'paid', paid_at = NOW(3), note = NULL WHERE id = @placed - 3;" \
            "DELETE FROM reviews WHERE id = $round;" \
            "COMMIT; DO SLEEP(0.002);"
    done
}

# A figure of the task, out of one event of its status.
figure() {
    "$bin/ferry" status shop-demo --data-dir "$demo/ferry" --json 2>/dev/null |
        awk -v event="\"event\":\"$1\"" -v key="\"$2\":" 'index($0, event) {
            at = index($0, key); if (at) { rest = substr($0, at + length(key)); gsub(/^"/, "", rest); sub(/[",}].*/, "", rest); print rest }
            exit }'
}

lag_line() { "$bin/ferry" status shop-demo --data-dir "$demo/ferry" | grep -E '^  lag ' | sed "s/^ /$1:/"; }

word() { local found=${1#*"$2="}; printf '%s' "${found%% *}"; }

[[ $rows =~ ^[0-9]+$ && $rows -ge 400 ]] || fail "ROWS must be a number, at least 400"

say "Building ferry and the stand-in (release)"
cargo build --release --locked --package ferry --package lindorm-local --package servers --package demo-data

say "Starting MySQL"
rm -rf "$demo"
mkdir -p "$demo"
eval "$(infra/mysql/mysqld-find)"
"$bin/mysql-server" --data "$demo/mysql" --buffer-pool-mib 256 --redo-log-mib 512 >"$demo/mysql.out" 2>"$demo/mysql.err" &
started+=($!)
line=$(ready_line $! "$demo/mysql.out") || { cat "$demo/mysql.err" >&2; fail "MySQL did not start"; }
mysql_port=$(word "$line" port)
mysql_socket=$(word "$line" socket)
echo "MySQL $FERRY_MYSQL_VERSION ($FERRY_MYSQL_SOURCE) on 127.0.0.1:$mysql_port"

say "Loading a shop of $rows rows"
"$bin/demo-data" --out "$demo/files" --rows "$rows" --load --discard --socket "$mysql_socket"
export SOURCE_PASSWORD TARGET_PASSWORD
SOURCE_PASSWORD=$(new_password)
TARGET_PASSWORD=$(new_password)
# Through standard input: an argument could be read by others of this machine.
"$FERRY_MYSQL_MYSQL" --no-defaults --user=root --socket="$mysql_socket" <<SQL
CREATE USER 'ferry'@'127.0.0.1' IDENTIFIED BY '$SOURCE_PASSWORD' REQUIRE SSL;
GRANT SELECT ON shop.* TO 'ferry'@'127.0.0.1';
GRANT REPLICATION CLIENT, REPLICATION SLAVE, XA_RECOVER_ADMIN ON *.* TO 'ferry'@'127.0.0.1';
-- The server was loaded without waiting for the disk; from here on its log is what precheck asks for.
SET GLOBAL sync_binlog = 1;
SQL

say "Starting the stand-in for LindormTable"
"$bin/lindorm-local" --listen 127.0.0.1:0 --root-password-env TARGET_PASSWORD --tls-ca-out "$demo/target-ca.pem" \
    >"$demo/lindorm.out" 2>"$demo/lindorm.err" &
started+=($!)
line=$(ready_line $! "$demo/lindorm.out") || { cat "$demo/lindorm.err" >&2; fail "the stand-in did not start"; }
target=${line##* }
echo "lindorm-local on $target"

cat >"$demo/shop.yaml" <<YAML
name: shop-demo
source:
  host: 127.0.0.1
  port: $mysql_port
  user: ferry
  password: { env: SOURCE_PASSWORD }
  tls: { mode: verify_identity, ca: $demo/mysql/ca.pem }
target:
  host: 127.0.0.1
  port: ${target##*:}
  user: root
  password: { env: TARGET_PASSWORD }
  tls: { mode: verify_identity, ca: $demo/target-ca.pem }
migration: full_and_incremental
objects:
  - database: shop
YAML

say "ferry precheck"
"$bin/ferry" precheck "$demo/shop.yaml" --data-dir "$demo/ferry"

say "ferry run, while the shop goes on selling"
touch "$demo/selling"
orders "$demo/selling" | "$FERRY_MYSQL_MYSQL" --no-defaults --user=root --socket="$mysql_socket" shop &
started+=($!)
writer=$!
start=$(date +%s.%N)
"$bin/ferry" run "$demo/shop.yaml" --data-dir "$demo/ferry" &
started+=($!)
run=$!
until [[ $(figure run state) == running ]]; do
    kill -0 "$run" 2>/dev/null || fail "ferry run has ended too early"
    sleep 0.5
done
run_seconds=$(seconds_since "$start")
for ((second = 0; second < 5; second++)); do
    lag_line "while selling"
    sleep 1
done

say "The shop closes; the lag falls to zero"
rm "$demo/selling"
wait "$writer"
"$FERRY_MYSQL_MYSQL" --no-defaults --user=root --socket="$mysql_socket" --batch --skip-column-names \
    --execute="SELECT COUNT(*), 'orders were placed meanwhile' FROM shop.orders WHERE note LIKE 'live %' OR paid_at > NOW() - INTERVAL 1 DAY"
while lag_line "closed"; [[ $(figure following end_to_end_lag_ms) != 0 ]]; do sleep 0.5; done

say "ferry finish"
"$bin/ferry" finish shop-demo --data-dir "$demo/ferry"
wait "$run"

say "ferry verify"
start=$(date +%s.%N)
"$bin/ferry" verify "$demo/shop.yaml" --data-dir "$demo/ferry"
verify_seconds=$(seconds_since "$start")

say "Done"
awk -v rows="$rows" -v run="$run_seconds" -v verify="$verify_seconds" 'BEGIN {
    printf "moved    %d rows in %.1f s (%d rows/s, start and precheck included), beside a shop that went on selling\n", rows, run, rows / run
    printf "verified every row of both sides in %.1f s: equal\n", verify
}'
echo "The task document was $demo/shop.yaml."
