# The event store by itself beside cqrs-es with postgres-es: the same commands, ten on each thing, about 500 bytes each.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

measure() {
    local writers repetition things mode url
    url=$("$root/scripts/postgres" url bench_store)
    for writers in 8 32; do
        things=$((seconds * 200))
        for ((repetition = 0; repetition < repetitions; repetition++)); do
            fresh_database bench_store
            fact store "$writers writers" "event store" commands/s \
                "$("$program/bench" append "$url" $writers $things 10 | value commands_per_s)"
            for mode in "without view" "with view"; do
                fresh_database bench_store
                fact store "$writers writers" "postgres-es $mode" commands/s \
                    "$("$peers/postgres-es" "$url" $writers $((things / 2)) 10 "$mode" | value commands_per_s)"
            done
        done
    done
}
