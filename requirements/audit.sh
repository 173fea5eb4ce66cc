#!/usr/bin/env bash
# Which pinned packages have weaknesses that somebody has published? Needs the internet, and asks by name and version only.
# 0: none is known; 1: some are, and they are named; 2: it could not be asked, of one package or of all (`--strict`).
set -uo pipefail
cd "$(dirname "$0")/.."
found=0
for lock in requirements/*.lock; do
    said="$("${UV:-.venv/bin/uv}" tool run pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r "$lock" 2>&1)"
    status=$?
    if [ "$status" = 0 ]; then
        echo "$lock: no known weakness"
    elif grep -q '^Name .*Version .*ID' <<<"$said"; then
        echo "$lock:"
        echo "$said"
        found=1
    else
        tail -n 1 <<<"$said" >&2
        echo "$lock could not be checked. make audit needs the internet, and an index that tells of weaknesses: try again where they can be reached." >&2
        exit 2
    fi
done
exit "$found"
