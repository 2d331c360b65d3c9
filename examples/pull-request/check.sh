#!/bin/sh
# Previews the selected stack with the policy pack, and tells which rules its copies break. Run it in the project's folder:
#
#   sh check.sh [FORMAT [CONFIG]]    text, json, sarif or github; the policy pack's config
#
# Exit code 0: no mandatory rule is broken. 1: one is. 2: it couldn't be judged.
# Needs `pulumi` and `snapcopy` on PATH. Changes nothing; leaves the preview in preview.json.
set -eu

format=${1:-text}
config=${2:-policy-config.json}

# Streamed events have no lines of the program; with the variable set, the CLI would print those.
unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW

pack=$(snapcopy policy-pack)
preview=0
pulumi preview --json --show-sames --non-interactive \
  --policy-pack "$pack" --policy-pack-config "$config" >preview.json || preview=$?

snapcopy check --config "$config" --format "$format" preview.json || exit $?

if [ "$preview" -ne 0 ]; then
  echo 'Error: the preview failed, and not by these rules. Run it without --json to see why.' >&2
  exit 2
fi
