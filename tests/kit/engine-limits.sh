# engine-limits.sh - mini-container run with --memory, --pids and --cpus: what is asked for stands in
# the cgroup, holds, and is gone afterwards; a fork bomb ends by itself.
#
# @machine only: it takes cgroup version 2 with its controllers. What happens without them is
# part of engine.sh.
set -u
engine=build/mini-container root=build/rootfs failed=0 work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# is WHAT WANTED SHOWN
is()
{
    [ "$2" = "$3" ] && return
    echo "$1: expected \"$2\", shown \"$3\""
    failed=1
}

# run ARGUMENT... - its output goes to $work/out, its status to $status
run()
{
    timeout 60 $engine run "$@" > "$work/out" 2>&1 < /dev/null
    status=$?
}

# begin ARGUMENT... - starts one in the background; $group is its cgroup, once it is in it
begin()
{
    $engine run "$@" > "$work/out" 2>&1 < /dev/null &
    running=$! group=/sys/fs/cgroup${parent:-}/mini-container-$running
    for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -q . "$group/cgroup.procs" 2> /dev/null && break
        sleep 0.1
    done
}

# finish - ends it, and waits
finish()
{
    kill -TERM "$running" 2> /dev/null
    wait "$running"
    status=$?
}

# --- What is asked for is what stands there ---------------------------------------------------

begin --memory 1.5G --pids 20 --cpus 0.2 $root sleep 30
is 'memory.max' 1610612736 "$(cat "$group/memory.max")"
[ -e "$group/memory.swap.max" ] && is 'memory.swap.max' 0 "$(cat "$group/memory.swap.max")"
is 'pids.max' 20 "$(cat "$group/pids.max")"
is 'cpu.max' '20000 100000' "$(cat "$group/cpu.max")"
is 'the program is in its cgroup' 'sleep 30' \
    "$(for pid in $(cat "$group/cgroup.procs"); do tr '\0' ' ' < "/proc/$pid/cmdline"; done | sed 's/ $//')"
finish
is 'its cgroup is gone' gone "$([ -e "$group" ] || echo gone)"

mkdir /sys/fs/cgroup/above
parent=/above
begin --cgroup-parent /sys/fs/cgroup/above --pids 20 $root sleep 30
is '--cgroup-parent' 20 "$(cat "$group/pids.max")"
finish
is 'below --cgroup-parent it is gone, too' gone "$([ -e "$group" ] || echo gone)"
rmdir /sys/fs/cgroup/above || failed=1
parent=

# When the engine and its watcher are both killed, there is nobody to remove it but the next one.
begin --pids 20 $root sleep 30
kill -9 "$(cut -d' ' -f1 "/proc/$running/task/$running/children")" # the first child: the watcher
kill -9 "$running"
wait "$running" 2> /dev/null
is 'without a watcher it stays' stays "$([ -e "$group" ] && echo stays)"
run --pids 20 $root true
is 'the next run removes it' gone "$([ -e "$group" ] || echo gone)"

# --- And it holds -----------------------------------------------------------------------------

run --memory 32M $root dd if=/dev/zero of=/dev/null bs=64M count=1
is 'too much memory: its status' 137 $status
is 'too much memory: what is said' \
    'mini-container: --memory: the limit was reached, and the kernel killed 1 process' \
    "$(grep mini-container "$work/out")"
run --memory 32M $root dd if=/dev/zero of=/dev/null bs=8M count=1
is 'memory within the limit' 0 $status
run --memory 32M $root dd if=/dev/zero of=/tmp/file bs=1M count=64
is 'a file in /tmp is memory, too' 137 $status
run --memory 32M $root sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1; echo $?'
is 'it is the program that is killed, not the shell' 137 "$(grep '^[0-9]*$' "$work/out")"

# Two seconds of the clock, as fast as it can; then its processor time, in hundredths.
busy='read now rest < /proc/uptime; end=$((${now%.*} + 2))
      while read now rest < /proc/uptime; [ ${now%.*} -lt $end ]; do :; done
      set -- $(cat /proc/$$/stat); echo $((${14} + ${15}))'
run --cpus 0.2 $root sh -c "$busy"
limited=$(cat "$work/out")
run $root sh -c "$busy"
is "--cpus 0.2: $limited of $(cat "$work/out") hundredths" yes \
    "$([ "$limited" -lt 70 ] && [ "$(cat "$work/out")" -gt 70 ] && echo yes)"

# --- Bombs ------------------------------------------------------------------------------------

# In busybox the usual name of the function, ":", cannot be had.
run --memory 32M --pids 20 --hostname demo $root sh -c 'hostname; id; ps; b(){ b|b& };b'
is 'the bomb ends by itself' 'demo uid=0(root) gid=0(root)' "$(sed -n 1,2p "$work/out" | tr '\n' ' ' | sed 's/ $//')"
is 'its status is one of a shell' yes "$([ $status -le 2 ] && echo yes || echo "$status")"

# One whose first process stays: it explodes against the wall until the time is up.
begin --memory 32M --pids 20 --timeout 3 $root sh -c '(b(){ b|b& };b); while :; do :; done'
sleep 1
is 'no more processes than allowed' yes \
    "$([ "$(cat "$group/pids.current")" -le 20 ] && echo yes || cat "$group/pids.current")"
is 'the wall was hit' yes "$([ "$(sed -n 's/^max //p' "$group/pids.events")" -gt 0 ] && echo yes)"
wait "$running"
is 'a bomb that stays is ended' 124 $?
is 'nobody is left of it' 0 "$(grep -l 'b|[b]&' /proc/[0-9]*/cmdline 2> /dev/null | grep -c .)"

is 'no cgroup is left' '' "$(ls -d /sys/fs/cgroup/mini-container-* 2> /dev/null)"
[ $failed = 0 ] && echo 'all limits hold'
exit $failed
