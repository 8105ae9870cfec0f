#!/usr/bin/env bash
# Builds the five functions as they are deployed (`sam build`, x86_64), and tells of each how large it is, how long it takes
# to be ready for its first event, and how much memory it has by then.
#
# Not a gate: a release build with link-time optimisation takes minutes, and times depend on the machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
found=$(infra/sam/sam-find --build)
eval "$found"
cache=${FERRY_CACHE:-$PWD/.cache}/sam
# What the tools would keep in the home folder lies in the cache. Nothing is called in any Region.
export __SAM_CLI_APP_DIR=$cache/home CARGO_ZIGBUILD_CACHE_DIR=$cache/zigbuild ZIG_GLOBAL_CACHE_DIR=$cache/zig
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 PATH=$FERRY_BUILD_BIN:$PATH
mkdir -p "$__SAM_CLI_APP_DIR"

"$FERRY_SAM_PYTHON" -m samcli build --template template.yaml --build-dir .aws-sam/build
for folder in .aws-sam/build/*/; do
    [[ -f $folder/bootstrap ]] || continue
    "$FERRY_SAM_PYTHON" -m zipfile --create "${folder%/}.zip" "$folder/bootstrap"
done
cargo run --quiet --locked --package template --example cold_start -- .aws-sam/build
