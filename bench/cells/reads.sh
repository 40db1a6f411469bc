# One device, a list of 50 and the last page among 100,000, beside the same SELECT by pgbench. Eight connections each.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

read_by_http() { # read_by_http <case> <script> <path>
    load 8 "$seconds" "$2" "$assets" "$3"
    fact reads "$1, p50" GET ms "$p50"
    fact reads "$1, p99" GET ms "$p99"
    fact reads "$1" GET 1/s "$rate"
}

read_by_sql() { # read_by_sql <case> <script>
    pgbench_run 8 "$seconds" "$2" bench_assets
    fact reads "$1, p50" "pgbench SELECT" ms "$p50"
    fact reads "$1, p99" "pgbench SELECT" ms "$p99"
    fact reads "$1" "pgbench SELECT" 1/s "$rate"
}

# The cursor before the last 50, made from the first page's: only its values are others.
last_cursor() {
    curl -fsS -H "Authorization: Bearer $token" "http://$assets/v1/devices?limit=50" >"$bench_work/page"
    values=$(sql bench_assets -c "SELECT jsonb_build_array(to_char(created_at AT TIME ZONE 'UTC',
        'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), id) FROM devices ORDER BY created_at, id OFFSET 50 LIMIT 1") \
        perl -MJSON::PP -MMIME::Base64=encode_base64url,decode_base64url -e 'local $/;
        my $cursor = decode_json(decode_base64url(decode_json(<>)->{next_cursor}));
        $cursor->{values} = decode_json($ENV{values});
        print encode_base64url(encode_json($cursor))' <"$bench_work/page"
}

measure() {
    local repetition cursor
    token_up
    assets_up bench_assets
    devices $((quick ? 10000 : 100000))
    sql bench_assets -c "CREATE TABLE ids AS SELECT row_number() OVER () AS n, id FROM devices"
    sql bench_assets -c "ALTER TABLE ids ADD PRIMARY KEY (n)" -c "VACUUM ANALYZE"
    cursor=$(last_cursor)
    load 8 1 one.lua "$assets"
    for ((repetition = 0; repetition < repetitions; repetition++)); do
        read_by_http one one.lua /
        read_by_sql one one.sql
        read_by_http "list of 50" same.lua "/v1/devices?limit=50"
        fact reads "last page, p50" "first page" ms "$p50"
        read_by_sql "list of 50" list.sql
        read_by_http "last page" same.lua "/v1/devices?limit=50&cursor=$cursor"
    done
}
