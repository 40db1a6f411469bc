# What the cells of scripts/bench share; sourced by it, after scripts/common.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # root and work come from who sources this, and cells use what is set here

bench_work=$work/bench
facts=$bench_work/facts.tsv
drivers=$root/bench/drivers

# fact <cell> <case> <side> <unit> <value>
fact() {
    printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$facts"
    printf '    %-10s %-34s %-28s %12s %s\n' "$1" "$2" "$3" "$5" "$4" >&2
}

# The number after a name in the output of a driver.
value() { awk -v name="$1" '$1 == name { print $2 }'; }

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$("$root/scripts/postgres" url "$1")" "${@:2}"; }

fresh_database() {
    sql postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)"
    sql postgres -c "CREATE DATABASE $1"
}

# Processes of a cell; they end with it.
started=()
stop_started() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || continue
        wait "$pid" 2>/dev/null || true
    done
    started=()
}

# nginx_up <port> <configuration of the server>: one worker, connections kept.
nginx_up() {
    local port=$1 home=$bench_work/nginx-$1
    mkdir -p "$home"
    chmod a+rwx "$home"
    cat >"$home/nginx.conf" <<CONF
daemon off; pid $home/pid; error_log $home/error.log; worker_processes 1;
events { worker_connections 2048; }
http {
    access_log off; default_type application/json; keepalive_requests 1000000000; keepalive_timeout 75s; tcp_nodelay on;
    client_body_temp_path $home/body; proxy_temp_path $home/proxy; fastcgi_temp_path $home/fastcgi;
    uwsgi_temp_path $home/uwsgi; scgi_temp_path $home/scgi; open_file_cache max=16;
    $2
}
CONF
    PATH=$PATH:/usr/sbin nginx -e "$home/error.log" -c "$home/nginx.conf" &
    started+=($!)
    wait_for 10 $! answers "$port"
}

# A token of the kind that identity signs, and its key set where services look for it.
token_up() {
    "$program/bench" token "$bench_work/keys"
    token=$(cat "$bench_work/keys/token")
    keys_port=$(free_port)
    chmod -R a+rX "$bench_work"
    nginx_up "$keys_port" "server { listen 127.0.0.1:$keys_port; root $bench_work/keys; }"
}

# service_up <program> [NAME=value…]: sets `pid`, and `log` where it writes.
service_up() {
    local name=$1
    shift
    log=$bench_work/$name-${#started[@]}.log
    rm -rf "$bench_work/data-$name-${#started[@]}"
    env DARBAZI_DATA="$bench_work/data-$name-${#started[@]}" DARBAZI_MASTER_KEY_FILE="$bench_work/master.key" \
        DARBAZI_IDENTITY_URL="http://127.0.0.1:$keys_port" DARBAZI_LOG=warn,service=info,gateway=info \
        DARBAZI_RATE=1000000 DARBAZI_BURST=1000000 "$@" "$program/$name" run >"$log" 2>&1 &
    pid=$!
    started+=("$pid")
}

# ready <address>: within a minute.
ready() { curl -fs -o "$bench_work/readyz" "http://$1/readyz"; }
await_ready() { wait_for 60 "$pid" ready "$1" || { tail -n 20 "$log" >&2; return 1; }; }

# assets_up <database> [NAME=value…]: the assets service alone, on PostgreSQL; sets `assets`.
assets_up() {
    assets=127.0.0.1:$(free_port)
    database=$1
    fresh_database "$database"
    service_up assets DARBAZI_LISTEN="$assets" DARBAZI_DATABASE_URL="$("$root/scripts/postgres" url "$database")" "${@:2}"
    await_ready "$assets"
}

# call <method> <url> <body>: the id in the answer.
call() {
    curl -fsS -X "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$3" "http://$2" |
        perl -ne 'print $1 if /"id":"([^"]+)"/'
}

# One device with two events over HTTP; its copies, ten events each, by SQL: `devices <how many>`.
devices() {
    local manufacturer type
    manufacturer=$(call POST "$assets/v1/manufacturers" '{"name":"Bench"}')
    type=$(call POST "$assets/v1/device-types" "{\"manufacturer\":\"$manufacturer\",\"model\":\"B1\",\"category\":\"laptop\"}")
    device=$(call POST "$assets/v1/devices" "{\"device_type\":\"$type\",\"inventory_number\":\"B-0\",\"serial\":\"S-0\",\"location\":\"A-1\"}")
    call PATCH "$assets/v1/devices/$device" '{"note":"one note"}' >"$bench_work/edited"
    sql "$database" -v device="$device" -v count="$1" -f "$root/bench/drivers/devices.sql"
    sql "$database" -c "SELECT id FROM devices ORDER BY number LIMIT 10000" >"$bench_work/ids"
}

# load <connections> <seconds> <script> <address> [path]: sets `rate`, `p50`, `p99` (milliseconds).
load() {
    local out
    out=$(TOKEN=$token IDS=$bench_work/ids REQUEST_PATH=${5:-/} RUN=$RANDOM$RANDOM \
        wrk -t1 -c"$1" -d"${2}s" --timeout 20s -s "$drivers/$3" "http://$4")
    read -r rate p50 p99 bad < <(awk '/^RESULT/ { print $2, $3, $4, $5 }' <<<"$out")
    [ "${bad:-1}" = 0 ] || { printf '%s\n' "$out" >&2; return 1; }
}

# pgbench_run <clients> <seconds> <script> <database>: sets `rate`, `p50`, `p99`.
pgbench_run() {
    local home=$bench_work/pgbench out jobs=1
    rm -rf "$home"
    mkdir -p "$home"
    [ "$1" -lt 2 ] || jobs=2
    out=$(cd "$home" && pgbench -n -M prepared -c "$1" -j $jobs -T "$2" -l --log-prefix=t -f "$drivers/$3" \
        "$("$root/scripts/postgres" url "$4")" 2>"$home/errors")
    rate=$(awk '/^tps/ { print $3 }' <<<"$out")
    read -r p50 p99 < <(cat "$home"/t.* | awk '{ print $3 / 1000 }' | sort -g |
        awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)], a[int(NR * 0.99 + 0.5)] }')
}
