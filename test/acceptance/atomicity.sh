#!/usr/bin/env bash
# Real apt clients with empty lists while Slipway promotes and undoes in a loop: 0 failures at both delays. The known bad
# publisher beside it must fail, or the test is blind.
#   atomicity.sh FOLDER_OF_THE_ACCEPTANCE_CLIENTS
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
clients=$1
status=0
for delay in 40 150; do
  UPDATES=${UPDATES:-300} DELAY_MS=$delay LIMIT_S=600 "$clients/atomicity.sh" "$here/slipway-case.sh" || status=1
done
# A control ends with 0 when it behaved as known: failures were seen.
DELAY_MS=40 "$clients/atomicity.sh" control:apt-flip || { echo 'the control saw no failure: this measurement is blind'; status=1; }
exit $status
