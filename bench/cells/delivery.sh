# From a command to its event on Kafka, and to its effect in another service, at 500 commands a second.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

two_delays() { # two_delays <case> <name in the output> <output>
    fact delivery "$1, p50" delay ms "$(value "$2_p50_ms" <<<"$3")"
    fact delivery "$1, p99" delay ms "$(value "$2_p99_ms" <<<"$3")"
}

measure() {
    local repetition servers prefix out paced query
    servers=$("$root/scripts/broker" url)
    prefix=bench$RANDOM
    token_up
    assets_up bench_assets DARBAZI_KAFKA="$servers" DARBAZI_KAFKA_PREFIX=$prefix
    identity=127.0.0.1:$(free_port)
    fresh_database bench_identity
    service_up identity DARBAZI_LISTEN="$identity" DARBAZI_DATABASE_URL="$("$root/scripts/postgres" url bench_identity)" \
        DARBAZI_KAFKA="$servers" DARBAZI_KAFKA_PREFIX=$prefix
    await_ready "$identity"
    query="SELECT id, pg_xact_commit_timestamp(xmin) AS at FROM directory_units"
    for ((repetition = 0; repetition <= repetitions; repetition++)); do
        paced=(--token "$token" --rate 500 --seconds "$((seconds + 1))")
        out=$("$program/bench" to-kafka "${paced[@]}" --url "http://$assets/v1/manufacturers" \
            --servers "$servers" --topic "$prefix.assets.v1")
        # The first one warms up.
        [ "$repetition" = 0 ] || two_delays "command to Kafka" event "$out"
        [ "$repetition" = 0 ] || two_delays "command to its answer" answer "$out"
        out=$("$program/bench" to-effect "${paced[@]}" --url "http://$identity/v1/org-units" --vary name_ka \
            --body '{"name_en":"Bench"}' --database "$("$root/scripts/postgres" url bench_assets)" --query "$query")
        [ "$repetition" = 0 ] || two_delays "command to effect" effect "$out"
    done
}
