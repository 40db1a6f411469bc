# Shared by the scripts; sourced, starts nothing by itself.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/darbazi

# Servers for tests run as a user that may not read the checkout, so their files stand in the temporary directory, one
# folder for each checkout.
work=${DARBAZI_WORK:-${TMPDIR:-/tmp}/darbazi-$(printf '%s' "$root" | sha256sum | cut -c1-8)}

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'; }

# wait_for <port> <seconds> <log>
wait_for() {
    local i
    for ((i = 0; i < $2 * 10; i++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
        sleep 0.1
    done
    [ -z "${3:-}" ] || tail -n 30 "$3" >&2
    return 1
}
