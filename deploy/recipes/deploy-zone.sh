#!/bin/sh
# Deploys a zone file from CI, on the primary's host: checks it, puts it in place, loads it, and returns when the secondaries
# answer with it. When it is refused, the old file is put back and the zone goes on as it was.
#
#   deploy-zone.sh ZONE FILE
#
# DEPLOY_WAIT_FOR  all, quorum, or a secondary or place (default: all)
# DEPLOY_TIMEOUT   seconds (default: 120)
# ZONEWIRE_CONTROL, ZONEWIRE_TOKEN   of the primary (default: http://127.0.0.1:8053)
# ZONEWIRE_COMMAND how zonewire is called (default: zonewire)
set -eu

[ $# -eq 2 ] || {
  echo 'use: deploy-zone.sh ZONE FILE' >&2
  exit 2
}
zone=${1%.}.
file=$2

zonewire() {
  ${ZONEWIRE_COMMAND:-zonewire} "$@"
}

# Says every problem with its line; a zone that a node would refuse ends here.
zonewire zone check "$file" --zone "$zone"

# Where the primary reads it.
place=$(zonewire zone status "$zone" -o json | sed -n 's/^ *"path": "\(.*\)",\{0,1\}$/\1/p')
[ -n "$place" ] || {
  echo "deploy-zone: the node is not primary for $zone, or has no file for it" >&2
  exit 1
}

cp -p "$place" "$place.before"
cp "$file" "$place.new"
mv "$place.new" "$place"
if ! zonewire zone reload "$zone"; then
  mv "$place.before" "$place"
  echo "deploy-zone: $zone was not taken; $place is as it was" >&2
  exit 1
fi
rm "$place.before"
zonewire wait "$zone" --for "${DEPLOY_WAIT_FOR:-all}" --timeout "${DEPLOY_TIMEOUT:-120}"
