# container.sh - mini-container run, against the least that a container costs and other runtimes
#
# Here, as root: times, in turn (tests/bench/turns.c), with crun, runc and bubblewrap where they
# are installed (they are not needed: apt-get install crun runc bubblewrap), and the time of each
# step. Memory of all processes together is what the cgroup counts, and takes the lab machine.
set -u
rounds=${ROUNDS:-200} root=$PWD/build/rootfs
if [ "${1:-}" = memory ]; then # in the lab machine
    group=/sys/fs/cgroup/bench
    for what in "floor:build/bench/floor $root /bin/true" "mini-container:build/mini-container run $root true" \
        "true alone:$root/bin/true"; do
        mkdir $group && echo +memory > /sys/fs/cgroup/cgroup.subtree_control
        # Once before: pages of files are counted for whoever reads them first.
        ${what#*:}
        sh -c 'echo $$ > '$group'/cgroup.procs; exec "$@"' sh ${what#*:} &&
            echo "    ${what%%:*}: $(($(cat $group/memory.peak) / 1024)) KiB"
        rmdir $group
    done
    exit
fi
if [ "$(id -u)" != 0 ]; then
    echo 'needs root' >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Before everybody else where this is allowed, as what others do at the time is no part of it.
first=
chrt -f 1 true 2> /dev/null && first='chrt -f 1'

set -- floor build/bench/floor "$root" /bin/true -- mini-container build/mini-container run "$root" true \
    -- '--privileged (sealed copy)' build/mini-container run --privileged "$root" true
if bwrap=$(command -v bwrap); then
    set -- "$@" -- bubblewrap "$bwrap" --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup \
        --die-with-parent --new-session --bind "$root" / --proc /proc --dev /dev --tmpfs /tmp /bin/true
fi
# The specification that they write themselves, with another program, and without a cgroup where
# that can be had.
for runtime in crun runc; do
    path=$(command -v $runtime) || continue
    # A cgroup of version 1 takes no real-time process in, so runc runs as everybody does.
    usual=
    [ $runtime = runc ] && [ -n "$first" ] && usual="$(command -v chrt) -o 0"
    mkdir "$work/$runtime"
    (cd "$work/$runtime" && $runtime spec &&
        sed -i -e 's/"terminal": true/"terminal": false/' -e 's|"sh"|"/bin/true"|' \
            -e "s|\"path\": \"rootfs\"|\"path\": \"$root\"|" -e 's/"type": "cgroup",/"type": "tmpfs",/' config.json)
    no=
    [ $runtime = crun ] && no=--cgroup-manager=disabled
    if "$path" $no run --bundle "$work/$runtime" boxwork-bench-try > "$work/log" 2>&1; then
        set -- "$@" -- "$runtime ${no:+(no cgroup)}" $usual "$path" $no run --bundle "$work/$runtime" boxwork-bench
    else
        echo "    $runtime: it does not run here: $(tail -n 1 "$work/log")"
    fi
done
$first build/bench/turns "$rounds" "$@" || exit 1

echo '    the time of each step, in microseconds (--explain; median of 30):'
for run in $(seq 30); do $first build/mini-container run --explain "$root" true 2>&1; done | awk '
    $4 == "us" { if (!($5 in count)) order[++steps] = $5; of[$5, ++count[$5]] = $3 }
    END {
        for (i = 1; i <= steps; i++) {
            name = order[i]
            n = count[name]
            for (a = 2; a <= n; a++) # insertion sort
                for (b = a; b > 1 && of[name, b] < of[name, b - 1]; b--) {
                    swap = of[name, b]; of[name, b] = of[name, b - 1]; of[name, b - 1] = swap
                }
            printf "%s%s %d", i % 6 == 1 ? "    " : ", ", name, of[name, int((n + 1) / 2)]
            if (i % 6 == 0 || i == steps)
                printf "\n"
        }
    }'
echo '    memory of all its processes at its most, as a cgroup counts it:'
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    sh tests/bench/container.sh memory
else
    build/boxwork machine -- sh tests/bench/container.sh memory
fi
