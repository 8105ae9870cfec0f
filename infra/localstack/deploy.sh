#!/usr/bin/env bash
# Builds the functions and deploys template.yaml to the LocalStack of compose.yaml: `infra/localstack/deploy.sh [STACK]`.
#
# Needs samlocal, which runs `sam` with LocalStack's endpoint and made-up keys. Without VPC, keys of your own and topic:
# none of them would do anything there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
stack=${1:-ferry}

command -v samlocal >/dev/null || {
    echo "samlocal is missing: pip install aws-sam-cli==1.170.0 aws-sam-cli-local==1.71.0" >&2
    exit 1
}
found=$(infra/sam/sam-find --build)
eval "$found"
export PATH=$FERRY_BUILD_BIN:$PATH SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1

# It ignores the architecture, so what is built must be this machine's.
case $(uname -m) in
    aarch64 | arm64) architecture=arm64 ;;
    *) architecture=x86_64 ;;
esac
parameters=(Architecture="$architecture" SubnetIds= SecurityGroupIds= KmsKeyArn= AlarmTopicArn=)
samlocal build --parameter-overrides "${parameters[@]}"
samlocal deploy --stack-name "$stack" --resolve-s3 --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND \
    --no-confirm-changeset --no-fail-on-empty-changeset --parameter-overrides "${parameters[@]}"
