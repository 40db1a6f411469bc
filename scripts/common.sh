# Shared by the scripts; sourced, starts nothing by itself.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are for those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/darbazi

# Servers for tests run as a user that may not read the checkout, so their files stand in the temporary directory, one
# folder for each checkout.
work=${DARBAZI_WORK:-${TMPDIR:-/tmp}/darbazi-$(printf '%s' "$root" | sha256sum | cut -c1-8)}

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# What a machine cannot do is never passed over in silence.
skipped() { printf 'SKIPPED: %s\n' "$*"; }
may_skip() { [ "${CI:-}" != true ]; }

# Perl is part of every Debian.
free_port() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'; }

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_for <seconds> <process id> <command…>: until the command succeeds; not any longer than the process lives.
wait_for() {
    local tenths=$(($1 * 10)) process=$2 i
    shift 2
    for ((i = 0; i < tenths; i++)); do
        "$@" && return 0
        kill -0 "$process" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}
