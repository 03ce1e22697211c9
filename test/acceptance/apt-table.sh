#!/usr/bin/env bash
# What apt must accept and refuse, on a repository that Slipway has published: each row of the table with a real apt client.
#   apt-table.sh FOLDER_OF_THE_ACCEPTANCE_CLIENTS
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
clients=$1
work=$(mktemp -d)
www=$work/www
project=$work/project
rows=0 wrong=0
mkdir -p "$www" "$project/app"
slipway() { (cd "$project" && node "$here/../../dist/slipway.js" "$@"); }

node "$clients/serve.mjs" "$www" --log "$work/requests" >"$work/port" &
server=$!
finish() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$work"; }
trap finish EXIT
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
base=http://127.0.0.1:$(cat "$work/port")

cat >"$project/slipway.yaml" <<YAML
version: 1
project: table
lines: { main: { versions: "1.{n}", channel: stable } }
sources: { app: { path: app } }
packages: { deb: { uses: deb, inputs: [app], with: { name: slip-a, files: { app/payload: /usr/share/slip-a/payload } } } }
signing: { gpg: { key: "file:release-key.asc" } }
origin: { url: "$www/site", public: "$base/site" }
repositories: { apt: { type: apt } }
channels: { stable: { apt: debian } }
YAML
echo 1 >"$project/app/payload"
slipway init >/dev/null && slipway run main >"$work/run.log" 2>&1 || { cat "$work/run.log"; exit 1; }
site=$www/site/debian
key=$work/key.asc
cp "$site/table.key" "$key"
d=dists/stable/main/binary-amd64
tail='stable main'

row() { # WANTED-EXIT NAME COMMAND...
  local want=$1 name=$2 got; shift 2; rows=$((rows + 1))
  "$@" >"$work/row.log" 2>&1; got=$?
  if [ "$got" = "$want" ]; then printf 'ok    %3s  %s\n' "$got" "$name"
  else wrong=$((wrong + 1)); printf 'WRONG %3s  %s (wanted %s)\n' "$got" "$name" "$want"; tail -5 "$work/row.log"; fi
}
n=0
apt_client() { n=$((n + 1)); "$clients/client-apt.sh" "${ROOT:-$work/apt-$n}" "${KEY:-$key}" "$@"; }
both() { local ROOT=$work/apt-both-$((++n)); apt_client "$1" update && apt_client "$1" install slip-a; }
variant() { rm -rf "${www:?}/$1"; mkdir -p "$www/$1"; cp -aL "$site/." "$www/$1/"; } # a copy to spoil: never the published bytes
spoil() { local mode; mode=$(stat -c %a "$1"); chmod u+w "$1"; printf 'x' | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") / 2)) conv=notrunc status=none; chmod "$mode" "$1"; }

row 0 'as published: update and install' both "$base/site/debian $tail"
row 0 '  ... asked by hash' grep -q '200 .*by-hash/SHA256/' "$work/requests"
row 0 'client file .list as written' both "@$site/table.list"
row 0 'client file .sources as written, key inside' both "@$site/table.sources"
row 0 '  ... only SHA256 in Release' sh -c "! grep -qE '^(MD5Sum|SHA1|SHA512):' '$site/dists/stable/InRelease'"
variant byhash; rm -f "$www/byhash/$d/Packages.gz";                     row 0 'index only under its hash' both "$base/byhash $tail"
variant pair; rm -f "$www/pair/dists/stable/InRelease";                 row 0 'Release and Release.gpg alone' both "$base/pair $tail"

variant index; for f in "$www/index/$d"/Packages.gz "$www/index/$d"/by-hash/SHA256/*; do spoil "$f"; done
row 100 'index changed, signature fine' apt_client "$base/index $tail" update
variant top; chmod u+w "$www/top/dists/stable/InRelease"; sed -i 's/^Codename: .*/Codename: broken/' "$www/top/dists/stable/InRelease"
row 100 'signed top file changed' apt_client "$base/top $tail" update
variant nosig; rm -f "$www"/nosig/dists/stable/{InRelease,Release.gpg}; row 100 'no signature at all' apt_client "$base/nosig $tail" update
variant gone; rm -rf "$www/gone/$d/Packages.gz" "$www/gone/$d/by-hash"; row 100 'index named but absent' apt_client "$base/gone $tail" update
variant deb; spoil "$(find "$www/deb/pool" -name '*.deb')";             row 100 'package changed, index fine' both "$base/deb $tail"
variant nodeb; find "$www/nodeb/pool" -name '*.deb' -delete;            row 100 'package named but absent' both "$base/nodeb $tail"
mkdir "$work/stranger"; (cd "$work/stranger" && node "$here/../../dist/slipway.js" init >/dev/null)
GNUPGHOME=$work/gnupg; export GNUPGHOME; mkdir -m 700 "$GNUPGHOME"
gpg --batch -q --import "$work/stranger/release-key.asc" 2>/dev/null; gpg --batch -q --armor --export >"$work/stranger.asc"
KEY=$work/stranger.asc row 100 'index signed by another key' apt_client "$base/site/debian $tail" update
gpgconf --kill gpg-agent 2>/dev/null

# An undo reaches a client that keeps its lists.
echo 2 >"$project/app/payload"; slipway run main >"$work/run.log" 2>&1 || { cat "$work/run.log"; wrong=$((wrong + 1)); }
ROOT=$work/warm row 0 'warm client sees 1.2' apt_client "$base/site/debian $tail" update
candidate() { # all of apt's answer is read first: a grep that leaves early would end apt with SIGPIPE
  local ROOT=$work/warm answer
  answer=$(apt_client "$base/site/debian $tail" policy slip-a) && grep -q "Candidate: $1" <<<"$answer"
}
row 0 '  ... as its candidate' candidate 1.2
slipway undo main-1.2 --yes >/dev/null
ROOT=$work/warm row 0 'after undo the warm client updates' apt_client "$base/site/debian $tail" update
row 0 '  ... and is offered 1.1 again' candidate 1.1

echo "$((rows - wrong)) of $rows rows as wanted"
[ "$wrong" -eq 0 ]
