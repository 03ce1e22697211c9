#!/usr/bin/env bash
# The five-minutes example, in an empty folder of its own: a key, a check, a release, and what users would get.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
slipway() { node "$here/../../dist/slipway.js" "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/slipway.yaml" "$here/build" "$work/"
cd "$work"
slipway init
slipway check
slipway run main
test -f public/debian/dists/stable/InRelease
test -f public/download/1.1/hello-1.1.tar.gz
(cd public/download/1.1 && sha256sum -c hello-1.1.tar.gz.sha256)
slipway status
