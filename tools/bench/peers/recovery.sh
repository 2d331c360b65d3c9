#!/bin/sh
# A day of a recovery region with the AWS CLI: each source's newest automatic snapshot is copied, then, once all copies
# are there, those beyond the newest KEPT of a source are deleted. Nothing is remembered but names.
set -eu
from=us-east-1 to=eu-west-1 tab="$(printf '\t')"

list() {
  aws lightsail get-instance-snapshots --region $to --output text --query "instanceSnapshots[].[name,state]"
}

held=$(list)
for number in $(seq -f %03.0f 0 $((COPIES - 1))); do
  date=$(aws lightsail get-auto-snapshots --region $from --resource-name "source-$number" --output text \
    --query "max_by(autoSnapshots[?status=='Success'], &date).date")
  case "$held" in *"source-$number-$date"*) continue ;; esac
  aws lightsail copy-snapshot --region $to --source-region $from --source-resource-name "source-$number" \
    --restore-date "$date" --target-snapshot-name "source-$number-$date" >/dev/null
done

while held=$(list) && echo "$held" | grep -q "${tab}pending"; do sleep 5; done

for number in $(seq -f %03.0f 0 $((COPIES - 1))); do
  echo "$held" | cut -f1 | grep "^source-$number-" | sort -r | tail -n "+$((KEPT + 1))" | while read -r old; do
    aws lightsail delete-instance-snapshot --region $to --instance-snapshot-name "$old" >/dev/null
  done
done
