# The gateway beside nginx, both before the same upstream: an nginx that serves 1 KB of JSON and the services' documents.
# The gateway checks a token and counts the caller's rate besides.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

measure() {
    local repetition upstream proxy gateway connections case direct_p50 direct_p99
    token_up
    upstream=$(free_port)
    mkdir -p "$bench_work/upstream/v1"
    perl -e 'print "{\"items\":[", join(",", map { sprintf "\"abcdefghij-%09d\"", $_ } 0 .. 40), "]}"' \
        >"$bench_work/upstream/v1/devices"
    cp "$root/api-specs/openapi/assets.json" "$bench_work/upstream/openapi.json"
    chmod -R a+rX "$bench_work/upstream"
    nginx_up "$upstream" "server { listen 127.0.0.1:$upstream; root $bench_work/upstream; }"
    proxy=$(free_port)
    nginx_up "$proxy" "upstream app { server 127.0.0.1:$upstream; keepalive 128; keepalive_requests 1000000000; }
        server { listen 127.0.0.1:$proxy; location /api/assets/ { proxy_pass http://app/; proxy_http_version 1.1;
            proxy_set_header Connection \"\"; proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for; } }"
    gateway=127.0.0.1:$(free_port)
    service_up gateway DARBAZI_LISTEN="$gateway" \
        DARBAZI_SERVICES="assets=http://127.0.0.1:$upstream,identity=http://127.0.0.1:$keys_port"
    wait_for 30 "$pid" answers "${gateway#*:}"
    for connections in 1 64; do
        case="$connections connections"
        [ "$connections" != 1 ] || case="1 connection"
        load "$connections" 1 same.lua "$gateway" /api/assets/v1/devices
        for ((repetition = 0; repetition < repetitions; repetition++)); do
            load "$connections" "$seconds" same.lua "127.0.0.1:$upstream" /v1/devices
            direct_p50=$p50 direct_p99=$p99
            fact gateway "$case" "no proxy" 1/s "$rate"
            load "$connections" "$seconds" same.lua "127.0.0.1:$proxy" /api/assets/v1/devices
            added nginx
            load "$connections" "$seconds" same.lua "$gateway" /api/assets/v1/devices
            added gateway
        done
    done
}

# What it costs against asking the upstream itself.
added() {
    fact gateway "$case" "$1" 1/s "$rate"
    fact gateway "$case, added p50" "$1" ms "$(awk "BEGIN { print $p50 - $direct_p50 }")"
    fact gateway "$case, added p99" "$1" ms "$(awk "BEGIN { print $p99 - $direct_p99 }")"
}
