# Folding events, and making a read model anew, beside the replay of postgres-es.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

measure() {
    local repetition url peer_url things=$((quick ? 1000 : 10000))
    url=$("$root/scripts/postgres" url bench_replay)
    peer_url=$("$root/scripts/postgres" url bench_replay_peer)
    fresh_database bench_replay
    fresh_database bench_replay_peer
    "$program/bench" fill "$url" $things 10
    "$peers/postgres-es" "$peer_url" 32 $((things / 10)) 10 "without view" >"$bench_work/filled"
    # What it replays is the same log as long.
    sql bench_replay_peer -c "INSERT INTO events SELECT aggregate_type, aggregate_id || '-' || n, sequence, event_type,
        event_version, payload, metadata FROM events, generate_series(1, 9) AS n"
    sql bench_replay -c "VACUUM ANALYZE"
    sql bench_replay_peer -c "VACUUM ANALYZE"
    for ((repetition = 0; repetition < repetitions; repetition++)); do
        fact replay fold replay events/s "$("$program/bench" replay "$url" | value events_per_s)"
        fact replay fold "postgres-es replay" events/s "$("$peers/postgres-es" "$peer_url" replay | value events_per_s)"
        fact replay "read model" rebuild events/s "$("$program/bench" rebuild "$url" | value events_per_s)"
    done
}
