# session-cgroup.sh - however a session with boxes in cgroups ends, its cgroups are removed, and all
# that was in them is dead.
#
# @machine only: it takes root and cgroup version 2.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "session-cgroup: $*" >&2; exit 1; }
export BOXWORK_HOME="$work/home"
mkdir "$work/home"
mkfifo "$work/in"

# A session with a box, in which a process of another session lives, too: whoever only ends its own
# children does not find it.
begin()
{
    : > "$work/out" # of the session before
    build/c06 < "$work/in" > "$work/out" 2>&1 &
    keeper=$!
    exec 9> "$work/in"
    echo 'spawn web sleep 1000' >&9
    echo 'in web sh -c "cd /sys/fs/cgroup/boxwork-*/web; mkdir below; setsid sleep 1001 >/dev/null 2>&1 &"' >&9
    echo 'cgroups' >&9
    i=0
    until grep -q '2 processes' "$work/out"; do
        i=$((i + 1)); [ $i -lt 200 ] || fail "no boxes: $(cat "$work/out")"
        sleep 0.05
    done
    group=$(ls -d /sys/fs/cgroup/boxwork-*)
    session=${group##*-}
    [ -d "$group/web/below" ] || fail "no cgroup below"
}

ended() # ended HOW - the session was ended in this way
{
    exec 9>&-
    wait "$keeper" && status=0 || status=$?
    i=0
    while [ -d "$group" ] || kill -0 "$session" 2> /dev/null; do
        i=$((i + 1)); [ $i -lt 100 ] || fail "$1: left: $(ls -d "$group"* 2>&1)"
        sleep 0.1
    done
    ! pidof sleep > /dev/null || fail "$1: a process is left: $(ps | grep sleep)"
}

begin; ended 'end of input'
begin; kill -TERM "$keeper"; ended SIGTERM
begin; kill -KILL "$session"; ended 'SIGKILL of the session'
[ "$status" = 137 ] || fail "status $status after SIGKILL"
begin; kill -KILL "$keeper"; ended 'SIGKILL of the keeper'

# One command, which has no keeper.
build/c06 spawn web sleep 1000 > "$work/out" 2>&1 || fail "one command: $(cat "$work/out")"
[ -z "$(ls -d /sys/fs/cgroup/boxwork-* 2> /dev/null)" ] || fail 'one command: a cgroup is left'
echo 'session-cgroup: as it should be'
