#!/usr/bin/env bash
# Measures OPA, in process, on the workloads of this folder and records what it took: benches/peers/opa.json.
# Needs Go and its module proxy; builds outside the repository.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
build="$(mktemp -d)"
trap 'rm -rf "$build"' EXIT

cargo run --quiet --release -p wardlaw-benches --no-default-features -- export "$build/cases.json"
cp "$here/opa/main.go" "$here/opa/go.mod" "$here/opa/go.sum" "$build/"
cd "$build"
go build -o opa-peer .
GOMAXPROCS=1 ./opa-peer cases.json >opa.json
mv opa.json "$here/opa.json"
