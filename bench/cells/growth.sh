# The same commands and lists with 10,000, 100,000 and 1,000,000 events in the log, one service for each.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

measure() {
    local repetition events sizes=(10000 100000 1000000) addresses=() index case
    [ "$quick" = 0 ] || sizes=(10000 100000)
    token_up
    for events in "${sizes[@]}"; do
        assets_up "bench_growth_$events"
        devices $((events / 10))
        mv "$bench_work/ids" "$bench_work/ids-$events"
        sql "bench_growth_$events" -c "VACUUM ANALYZE"
        addresses+=("$assets")
    done
    for ((repetition = 0; repetition < repetitions; repetition++)); do
        for index in "${!sizes[@]}"; do
            events=${sizes[$index]}
            case="$(printf "%'d" "$events") events"
            head -n 1000 "$bench_work/ids-$events" >"$bench_work/ids"
            [ "$repetition" != 0 ] || load 32 1 edit.lua "${addresses[$index]}"
            load 32 "$seconds" edit.lua "${addresses[$index]}"
            [ "$index" != 0 ] || first_rate=$rate
            fact growth "commands, $case" commands 1/s "$rate"
            fact growth "commands, $case" "at 10,000 events" 1/s "$first_rate"
            load 8 "$seconds" same.lua "${addresses[$index]}" "/v1/devices?limit=50"
            [ "$index" != 0 ] || first_p50=$p50
            fact growth "list, $case, p50" GET ms "$p50"
            fact growth "list, $case, p50" "at 10,000 events" ms "$first_p50"
        done
    done
}
