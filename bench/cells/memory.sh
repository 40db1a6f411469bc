# The all-in-one on SQLite: from start to ready, its memory at rest and after load, and the size of the program.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

resident_mb() { awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$pid/status"; }

start() {
    local begun
    rm -rf "$bench_work/data-darbazi"
    gateway=127.0.0.1:$(free_port)
    begun=$(date +%s.%N)
    service_up darbazi DARBAZI_LISTEN="$gateway"
    await_ready "$gateway"
    fact memory "start to ready" "all in one" s "$(awk "BEGIN { print $(date +%s.%N) - $begun }")"
}

measure() {
    local repetition requests=0
    token_up
    for ((repetition = 0; repetition < repetitions; repetition++)); do
        start
        sleep 2
        fact memory "at rest" "all in one" MB "$(resident_mb)"
        [ "$repetition" = $((repetitions - 1)) ] || { kill "$pid"; wait "$pid" || true; }
    done
    : >"$bench_work/ids"
    while [ "$requests" -lt $((quick ? 5000 : 60000)) ]; do
        load 16 5 mixed.lua "$gateway"
        requests=$(awk "BEGIN { print int($requests + $rate * 5) }")
        fact memory "after load" "all in one" MB "$(resident_mb)"
    done
    fact memory "size of the program" "all in one" MB "$(stat -c %s "$program/darbazi" | awk '{ print $1 / 1048576 }')"
}
