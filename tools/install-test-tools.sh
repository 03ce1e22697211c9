#!/usr/bin/env bash
# Installs the Debian packages that the tests and benchmarks talk to: real apt, dpkg, gpg and the tools we are measured against.
# `npm test` passes without them; the tests that need one then say in one line what was not checked. Run as root.
set -euo pipefail
packages=(
  apt apt-utils aptly bsdutils dpkg-dev fish git gnupg openssl python3 reprepro strace unzip xz-utils zip zsh zstd
)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "all there: ${packages[*]}"
  exit 0
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
