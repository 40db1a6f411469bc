# Durable commands over HTTP beside pgbench doing the like in one transaction. Kafka is off, the gate is on.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

fresh_bench_tables() {
    fresh_database bench_pgbench
    sql bench_pgbench -f "$drivers/schema.sql" -c CHECKPOINT
}

measure() {
    local connections repetition case
    token_up
    assets_up bench_assets
    devices 10000
    load 8 2 edit.lua "$assets"
    for connections in 1 8 32 128; do
        case="$connections connections"
        [ "$connections" != 1 ] || case="1 connection"
        for ((repetition = 0; repetition < repetitions; repetition++)); do
            load "$connections" "$seconds" edit.lua "$assets"
            fact commands "$case" commands 1/s "$rate"
            fact commands "$case, p50" commands ms "$p50"
            fact commands "$case, p99" commands ms "$p99"
            fresh_bench_tables
            pgbench_run "$connections" "$seconds" append_and_row.sql bench_pgbench
            fact commands "$case" "pgbench, event and row" 1/s "$rate"
            pgbench_run "$connections" "$seconds" append.sql bench_pgbench
            fact commands "$case" "pgbench, event alone" 1/s "$rate"
        done
    done
}
