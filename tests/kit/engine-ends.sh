# engine-ends.sh - whenever mini-container is interrupted or killed, nothing stays behind: no
# process, no mount, no cgroup. A namespace is what a process or a mount holds, so none of these.
#
# Moments are random, most of them within the few milliseconds in which a container is made. The
# first line says the seed: SEED=… of the environment does the same again.
# @machine: there it has limits, and so cgroups.
set -u
engine=build/mini-container root=build/rootfs failed=0
seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
pid=$(mktemp)
trap 'rm -f "$pid"' EXIT
limits=
if grep -q pids /sys/fs/cgroup/cgroup.controllers 2> /dev/null && [ "$(id -u)" = 0 ]; then
    limits='--pids 20 --memory 64M'
fi
echo "seed $seed, limits: ${limits:-none, as there is no cgroup version 2 with its controllers here}"

# moments COUNT SEED - seconds: two of three within 15 ms, the others within 400
moments()
{
    awk -v count="$1" -v seed="$2" 'BEGIN {
        srand(seed)
        for (i = 0; i < count; i++)
            printf "%.4f ", i % 3 ? rand() * 0.015 : rand() * 0.4
    }'
}

# interrupt SIGNAL SECONDS ARGUMENT... - `run`, which gets SIGNAL then. It runs in the
# foreground: a shell's background processes ignore SIGINT.
interrupt()
{
    signal=$1 seconds=$2
    shift 2
    : > "$pid"
    (until [ -s "$pid" ]; do :; done; sleep "$seconds"; kill -"$signal" "$(cat "$pid")") 2> /dev/null &
    killer=$!
    sh -c 'echo $$ > "$0"; exec "$@"' "$pid" $engine run "$@" > /dev/null 2>&1 < /dev/null
    wait $killer
}

# ours - processes of the containers made here, zombies apart
ours()
{
    for process in /proc/[0-9]*; do
        # It may be gone by now; a shell that cannot open a file would end.
        case $(cat "$process/cmdline" 2> /dev/null | tr '\0' ' ') in
        *'sleep 4747 '*) echo "process ${process#/proc/}" ;;
        esac
    done
}

# left - what there is of us: processes, mounts, cgroups
left()
{
    ours
    echo "mounts $(grep -c . /proc/self/mountinfo)"
    ls -d /sys/fs/cgroup/mini-container-* 2> /dev/null
}

# same WHAT - after a while, there is again what there was before
same()
{
    for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        after=$(left)
        [ "$before" = "$after" ] && return
        sleep 0.2
    done
    echo "$1 left behind: before \"$before\", after \"$after\""
    failed=1
}

before=$(left)
for signal in KILL INT; do
    for option in '' --init --rootless; do
        for moment in $(moments 15 "$seed"); do
            interrupt $signal "$moment" $option $limits $root sleep 4747 2> /dev/null
        done
        same "$signal $option"
        seed=$((seed + 1))
    done
done

# A control: what is left behind is seen.
sh -c 'exec sleep 4747 & echo $! > "$0"' "$pid"
sleep 0.1
[ "$before" != "$(left)" ] || { echo 'a process that is left is not seen'; failed=1; }
kill -9 "$(cat "$pid")"
same 'the control'

[ $failed = 0 ] && echo 'nothing stays behind'
exit $failed
