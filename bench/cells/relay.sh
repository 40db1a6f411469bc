# The relay catching up with a long log, beside a producer that only produces.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

measure() {
    local repetition url servers things=$((quick ? 1000 : 10000))
    url=$("$root/scripts/postgres" url bench_relay)
    servers=$("$root/scripts/broker" url)
    fresh_database bench_relay
    "$program/bench" fill "$url" $things 20
    sql bench_relay -c "VACUUM ANALYZE"
    for ((repetition = 0; repetition < repetitions; repetition++)); do
        fact relay "catching up" relay events/s \
            "$("$program/bench" relay "$url" "$servers" "relay$RANDOM$repetition" | value events_per_s)"
        fact relay "catching up" "bare producer" events/s \
            "$("$program/bench" produce "$servers" "bare$RANDOM$repetition" $((things * 20)) | value events_per_s)"
    done
}
