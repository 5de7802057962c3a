# session-ends.sh - however a session ends, nothing that it made is left; and a session that
# root has opened on the host does not run the learner's own code there.
set -eu
work=$(mktemp -d /tmp/boxwork-test-XXXXXX)
trap 'rm -rf "$work"' EXIT
fail() { echo "session-ends: $*" >&2; exit 1; }
export TMPDIR="$work" BOXWORK_HOME="$work/home"
mkdir "$work/home"
mkfifo "$work/in"

# A session that has made a root, and whose process tree is known: keeper, then session.
begin()
{
    : > "$work/out" # of the session before
    build/c02 < "$work/in" > "$work/out" 2>&1 &
    keeper=$!
    exec 9> "$work/in"
    echo 'make-root web' >&9
    i=0
    until grep -q '^web is' "$work/out"; do
        i=$((i + 1)); [ $i -lt 200 ] || fail "no root: $(cat "$work/out")"
        sleep 0.05
    done
    session=$(ps -o pid= --ppid "$keeper" | tr -d ' ')
    [ -n "$session" ] || fail 'no session'
    ls "$work" | grep -q '^boxwork-' || fail 'no directory'
}

ended() # ended HOW - the session was ended in this way
{
    exec 9>&-
    wait "$keeper" && status=0 || status=$?
    i=0
    while ls "$work" | grep -q '^boxwork-' || kill -0 "$session" 2>/dev/null; do
        i=$((i + 1)); [ $i -lt 100 ] || fail "$1: left: $(ls "$work") $(ps -p "$session" -o stat=)"
        sleep 0.05
    done
}

begin; ended 'end of input'
begin; kill -TERM "$keeper"; ended SIGTERM
begin; kill -HUP "$keeper"; ended SIGHUP
begin; kill -KILL "$session"; ended 'SIGKILL of the session'
[ "$status" = 137 ] || fail "status $status after SIGKILL"
begin; kill -KILL "$keeper"; ended 'SIGKILL of the keeper'

# What is mounted inside of a box does not appear outside, where mounts are shared, as under
# systemd.
if [ "$(id -u)" = 0 ]; then
    mkdir "$work/point"
    printf '%s\n' 'spawn box --mnt sleep 100' "in box mount -t tmpfs none $work/point" \
        'mounts box' > "$work/lines"
    unshare -m sh -c 'mount --make-rshared /; build/c04 -f "$0/lines" > "$0/out" 2>&1
        cat /proc/self/mountinfo > "$0/after"' "$work"
    grep -q " $work/point " "$work/after" && fail 'a mount of a box is outside'
    grep -q "^  $work/point  *tmpfs" "$work/out" || fail "no mount: $(cat "$work/out")"
fi

# Own code, as root, on the host: not in a session that `open` has guarded.
if [ "$(id -u)" = 0 ]; then
    mkdir "$work/tree"
    git ls-files | tar -c -T - | tar -x -C "$work/tree"
    cp -a build "$work/tree/"
    cd "$work/tree"
    awk '/LAB_TODO\("2.4"/ { print "    return wait_status;"; next } { print }' \
        labs/c02-chroot/chroot.c | sed '/return wait_status/{n;d}' > lab.c
    cp lab.c labs/c02-chroot/chroot.c
    echo 'use mine chroot_exit_status' > "$work/lines"
    BOXWORK_PLACE=guarded build/c02 -f "$work/lines" > "$work/out" 2>&1 && fail 'not refused'
    grep -q 'does not run as root on the host' "$work/out" || fail "refused how: $(cat "$work/out")"
    BOXWORK_PLACE=here build/c02 -f "$work/lines" > "$work/out" 2>&1 || fail "$(cat "$work/out")"
    grep -q 'chroot_exit_status: yours' "$work/out" || fail "here: $(cat "$work/out")"
fi
echo 'session-ends: as it should be'
