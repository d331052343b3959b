#!/bin/sh
# ACME DNS-01: publishes a challenge and returns when every secondary answers with it, so that no certificate authority asks
# one that does not have it yet. docs/replication.md says how to give it to certbot, lego, acme.sh and dehydrated.
#
#   acme-dns01.sh present|cleanup NAME VALUE      NAME: _acme-challenge.www.example.org
#   acme-dns01.sh present|cleanup                 certbot: both are in CERTBOT_DOMAIN and CERTBOT_VALIDATION
#   acme-dns01.sh deploy_challenge|clean_challenge DOMAIN TOKEN VALUE ...      dehydrated
#
# ACME_ZONE        the zone that is changed (needed): example.org, or the zone of the challenges alone
# ACME_KEY_FILE    TSIG key of an acl with action update; then nsupdate is used, and ACME_SERVER, ACME_PORT say where
#                  (default: 127.0.0.1, 53). Without it: the control API, by curl
# ACME_WAIT_FOR    all, quorum, or a secondary or place (default: all)
# ACME_TIMEOUT     seconds (default: 120)
# ACME_TTL         of the challenge, seconds (default: 60)
# ZONEWIRE_CONTROL, ZONEWIRE_TOKEN              of the zone's primary, to wait at and for the API
# ZONEWIRE_COMMAND how zonewire is called (default: zonewire)
set -eu

fail() {
  echo "acme-dns01: $1" >&2
  exit "${2:-1}"
}

zone=${ACME_ZONE:-}
[ -n "$zone" ] || fail 'ACME_ZONE has to name the zone that is changed' 2
zone=${zone%.}.
control=${ZONEWIRE_CONTROL:-http://127.0.0.1:8053}
export ZONEWIRE_CONTROL="$control"

action=${1:-}
case $action in
  present | cleanup)
    name=${2:-${CERTBOT_DOMAIN:+_acme-challenge.${CERTBOT_DOMAIN#\*.}}}
    value=${3:-${CERTBOT_VALIDATION:-}}
    ;;
  deploy_challenge | clean_challenge)
    name=_acme-challenge.${2#\*.}
    value=${4:-}
    [ "$action" = deploy_challenge ] && action=present || action=cleanup
    ;;
  # Dehydrated calls its hook for much else.
  startup_hook | exit_hook | deploy_* | unchanged_cert | sync_cert | invalid_challenge | request_failure | generate_csr | this_hookscript_*) exit 0 ;;
  *) fail 'use: acme-dns01.sh present|cleanup NAME VALUE' 2 ;;
esac
name=${name%.}.

# What comes from outside goes into a script of nsupdate and into JSON.
case $name in .* | *[!A-Za-z0-9._-]*) fail "not the name of a challenge: $name" 2 ;; esac
case $value in '' | *[!A-Za-z0-9_-]*) fail "not the value of a challenge: $value" 2 ;; esac

by_nsupdate() {
  if [ "$action" = present ]; then
    change="update add $name ${ACME_TTL:-60} TXT \"$value\""
  else
    change="update delete $name TXT \"$value\""
  fi
  printf 'server %s %s\nzone %s\n%s\nsend\n' "${ACME_SERVER:-127.0.0.1}" "${ACME_PORT:-53}" "$zone" "$change" |
    nsupdate -k "$ACME_KEY_FILE"
}

by_api() {
  if [ "$action" = present ]; then change=EXTEND; else change=PRUNE; fi
  rrset="{\"name\":\"$name\",\"type\":\"TXT\",\"ttl\":${ACME_TTL:-60},\"changetype\":\"$change\",\"records\":[\"\\\"$value\\\"\"]}"
  # The token goes through a file descriptor: arguments of a process can be read by every user.
  {
    echo 'header = "Content-Type: application/json"'
    [ -z "${ZONEWIRE_TOKEN:-}" ] || printf 'header = "X-API-Key: %s"\n' "$ZONEWIRE_TOKEN"
  } | curl --silent --show-error --fail-with-body --max-time 30 --output /dev/null --config - \
    --request PATCH --data "{\"rrsets\":[$rrset]}" "$control/api/v1/zones/$zone"
}

if [ -n "${ACME_KEY_FILE:-}" ]; then by_nsupdate; else by_api; fi || fail "$name could not be changed (${action})"

# What is gone need not be waited for.
[ "$action" = present ] || exit 0
exec ${ZONEWIRE_COMMAND:-zonewire} wait "$zone" --for "${ACME_WAIT_FOR:-all}" --timeout "${ACME_TIMEOUT:-120}"
