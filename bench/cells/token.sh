# Checking a token, beside the library alone.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by bench/cells/common.sh

measure() {
    local repetition out
    for ((repetition = 0; repetition < repetitions; repetition++)); do
        out=$("$program/bench" check-token 1)
        fact token "a known token" verifier us "$(value known_us <<<"$out")"
        fact token "a known token" "jsonwebtoken alone" us "$(value library_us <<<"$out")"
        fact token "a new token" verifier us "$(value fresh_us <<<"$out")"
        fact token "a new token" "jsonwebtoken alone" us "$(value library_us <<<"$out")"
    done
}
