#!/usr/bin/env bash
# Ends every process of one desktop session and removes its scratch folder when standard input closes. The test holds
# the other end of the pipe, so this happens however the test ends: in order, by a crash or by a kill.
# All processes of the session inherit an environment variable that identifies them. Browsers overwrite their
# environment; they are found by the scratch folder in their arguments, together with their process group.
# usage: watchdog.sh MARKER SCRATCH_FOLDER
set -u
trap '' INT TERM HUP
marker="BURSAR_TEST_SESSION=$1"
scratch="$2"

members() {
  grep -slzxF -- "$marker" /proc/[0-9]*/environ | tr -dc '0-9\n'
  ps -eo pid=,pgid=,args= | awk -v own="$$" -v scratch="$scratch/" '
    { group[$1] = $2 }
    $2 != own && index($0, scratch) { ours[$2] }
    END { for (pid in group) if (group[pid] in ours) print pid }'
}

end_all() { # SIGNAL SECONDS: signals at least once, until no process is left or the time is up
  local deadline=$((SECONDS + $2)) pids
  while pids="$(members)" && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # a list of numbers
    kill "-$1" $pids 2>/dev/null
    [ "$SECONDS" -lt "$deadline" ] || return
    sleep 0.05
  done
}

cat >/dev/null
end_all TERM 3
end_all KILL 60
rm -rf -- "$scratch"
