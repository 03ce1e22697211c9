#!/usr/bin/env bash
# A publisher for atomicity.sh: `prepare` makes a project and its first release below $WWW, `promote N` moves the pointer.
# With odd numbers a release comes (the next version, or the one that was undone), with even ones it is taken back.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$WORK/project
slipway() { (cd "$project" && node "$here/../../dist/slipway.js" "$@"); }

case $1 in
  prepare)
    mkdir -p "$project/app"
    cat >"$project/slipway.yaml" <<YAML
version: 1
project: case
lines: { main: { versions: "1.{n}", channel: stable } }
sources: { app: { path: app } }
packages: { deb: { uses: deb, inputs: [app], with: { name: slip-extra, files: { app/payload: /usr/share/slip-extra/payload } } } }
signing: { gpg: { key: "file:release-key.asc" } }
origin: { url: "$WWW", public: "$BASE" }
repositories: { apt: { type: apt } }
channels: { stable: { apt: debian } }
steps:
  - uses: build
  - uses: stage
  - { uses: verify, with: { view: staging, clients: [reader] } }
  - { uses: promote, with: { order: [apt] } }
YAML
    echo 1 >"$project/app/payload"
    { slipway init; slipway run main; } >"$WORK/prepare.log" 2>&1
    cp "$WWW/debian/case.key" "$WORK/key.asc"
    echo CLIENT=apt
    echo "SOURCE=$BASE/debian stable main"
    echo "KEY_FILE=$WORK/key.asc"
    echo "KEY_URL=$BASE/debian/case.key" ;;
  promote)
    n=$2
    [ "$n" != 0 ] || exit 0 # the first release is there already
    latest=$(slipway list --output json | node -p 'JSON.parse(require("fs").readFileSync(0)).releases.at(-1).release')
    if [ $((n % 2)) = 0 ]; then slipway undo "$latest" --yes
    elif slipway list --output json | grep -q '"phase":"undone"'; then slipway abandon "$latest" --yes --reason 'next state'; echo "$n" >"$project/app/payload"; slipway run main
    else echo "$n" >"$project/app/payload"; slipway run main; fi ;;
esac
