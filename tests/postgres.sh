#!/usr/bin/env bash
# Start a throw-away PostgreSQL server, run a command with GUIDE_TEST_POSTGRES_URL set to it, stop it:
#   tests/postgres.sh .venv/bin/python -m pytest tests/store tests/directory
# Debian's package is enough. As root the server runs as the user postgres, who comes with the package.
set -euo pipefail

binaries() {
    local newest
    newest="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)"
    if [ -z "$newest" ]; then newest="$(dirname "$(command -v postgres || true)")"; fi
    [ -x "$newest/initdb" ] && echo "$newest"
}

if ! bin="$(binaries)"; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "PostgreSQL is missing: install your system's package (Debian: apt-get install postgresql)." >&2
        exit 1
    fi
    echo "Installing PostgreSQL" >&2
    (apt-get install -y --no-install-recommends postgresql || { apt-get update && apt-get install -y --no-install-recommends postgresql; }) >/dev/null
    bin="$(binaries)" || { echo "PostgreSQL could not be installed." >&2; exit 1; }
fi

folder="$(mktemp -d)"
as_server() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as_server() { (cd "$folder" && runuser -u postgres -- "$@"); }
fi
stop() {
    as_server "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT

as_server "$bin/initdb" -D "$folder/data" -U guide --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
started=""
for _ in 1 2 3 4 5; do
    port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    if as_server "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off" start >/dev/null; then
        started=yes
        break
    fi
done
if [ -z "$started" ]; then
    echo "PostgreSQL did not start:" >&2
    cat "$folder/log" >&2
    exit 1
fi
export GUIDE_TEST_POSTGRES_URL="postgresql+psycopg://guide@127.0.0.1:$port/postgres"
"$@"
