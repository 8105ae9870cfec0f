#!/usr/bin/env bash
# Checks what is deployed to AWS with other people's tools: `sam validate --lint` on the templates as they are written,
# cfn-lint on the templates as SAM expands them, because it no longer expands them itself and so sees little before.
# What no tool checks is asserted in tests/template.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
found=$(infra/sam/sam-find)
eval "$found"
# The tools want a Region to look up what it offers; nothing is called. SAM keeps its own files in the cache.
export AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=${FERRY_CACHE:-$PWD/.cache}/sam/home
mkdir -p "$__SAM_CLI_APP_DIR"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for template in template.yaml infra/watch.yaml; do
    "$FERRY_SAM_PYTHON" -m samcli validate --lint --template "$template" >"$scratch/said" 2>&1 ||
        { cat "$scratch/said" >&2; exit 1; }
    expanded=$scratch/$(basename "$template" .yaml).json
    infra/sam/expand "$template" >"$expanded"
    "$FERRY_SAM_PYTHON" -c 'import sys; from cfnlint.runner import main; sys.exit(main())' "$expanded"
    printf '%s: valid, and clean when expanded\n' "$template"
done
