# machine.sh - the lab machine does what it promises: commands, files, faults, nothing left over.
#
# A machine takes seconds, so each start proves several things, and starts that do not disturb
# each other run at the same time (which is a promise of its own). Without QEMU or the kernel
# package this fails, as it should.
set -u
boxwork=$PWD/build/boxwork
scratch=$(mktemp -d /tmp/boxwork-machine-XXXXXX)
made=build/tests/machine
failed=0
trap 'rm -rf "$scratch"' EXIT

# is TEXT WANTED GOT - one assertion
is() {
    [ "$2" = "$3" ] && return
    failed=1
    printf 'FAILED  %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
}
# machine NAME ARG... - a run without input; its output and its exit status in files
machine() {
    name=$scratch/$1
    shift
    timeout 240 "$boxwork" machine "$@" > "$name.out" 2> "$name.err" < /dev/null
    echo $? > "$name.status"
}
status() { cat "$scratch/$1.status"; }
out() { cat "$scratch/$1.out"; }
err() { cat "$scratch/$1.err"; }

# The programs that run inside; the tree brings them along.
mkdir -p $made
flags='-std=gnu17 -O2 -Wall -Wextra -Werror -Ilabs/machine'
for program in kvm nft; do
    gcc $flags -static -o $made/$program tests/kit/machine/$program.c || exit 1
done
gcc $flags -o $made/asking tests/kit/machine/asking.c labs/machine/*.c || exit 1
timeout 240 "$boxwork" machine -- true || { echo 'the lab machine does not start'; exit 1; }
before=$(ls build/machine)

# --- What is inside ---------------------------------------------------------------------------

machine first -- sh -c 'cat /sys/fs/cgroup/cgroup.controllers; ls -l /dev/kvm; exit 7' &
machine inside --cpus 1 --memory 512 --out "$scratch/results" -- sh -c '
    ok() { echo "ok $1"; }
    [ "$(id -u)" = 0 ] && ok root
    [ "$(nproc)" = 1 ] && ok cpus
    [ "$(awk "/MemTotal/ { print (\$2 < 520000) }" /proc/meminfo)" = 1 ] && ok memory
    mkdir /sys/fs/cgroup/box && echo 50M > /sys/fs/cgroup/box/memory.max &&
        echo 5 > /sys/fs/cgroup/box/pids.max && echo "1000 100000" > /sys/fs/cgroup/box/cpu.max &&
        ls /sys/fs/cgroup/box/io.max > /dev/null && ok cgroup2
    mkdir /tmp/lower /tmp/upper /tmp/work /tmp/merged && echo below > /tmp/lower/file
    mount -t overlay -o lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work overlay /tmp/merged &&
        echo above > /tmp/merged/file && [ "$(cat /tmp/lower/file /tmp/upper/file)" = "below
above" ] && ok overlay
    ip link add name left type veth peer name right && ip link show left > /dev/null && ok veth
    ip link add name bridge0 type bridge && ip link set left master bridge0 && ok bridge
    tunctl -t tap0 > /dev/null && ip link show tap0 > /dev/null && ok tun
    ping -c 1 127.0.0.1 > /dev/null && ok loopback
    [ "$(build/tests/machine/nft)" = "nft: ok" ] && ok nf_tables
    [ "$(build/tests/machine/kvm)" = "kvm: ok" ] && ok kvm
    unshare -m sh -c "mkdir /tmp/new && mount -t tmpfs new /tmp/new && mkdir /tmp/new/old &&
        cd /tmp/new && pivot_root . old" && ok pivot_root
    grep -q "^[0-9]* [0-9]* [0-9:]* / / .* shared:" /proc/self/mountinfo && ok shared_root
    build/boxwork --help > /dev/null && ok shared_libraries
    as --version > /dev/null && ld --version > /dev/null && ok assembler
    [ "$(pwd)" = "'"$PWD"'" ] && [ -f labs/machine/machine.h ] && ok tree
    [ ! -e .git ] && [ ! -e build/machine ] && ok left_at_home
    echo changed > README.md; rm -rf labs; echo new > build/new
    cd '"$scratch"'/results && mkdir folder && echo kept > folder/file && chmod 4755 folder/file
    ln -s folder/file good; ln -s /etc/passwd bad; ln -s ../../x worse; mknod device c 1 3
    true' &
wait
is 'the status of a command' 7 "$(status first)"
is 'every controller' 'cpuset cpu io memory hugetlb pids rdma misc' "$(out first | sed -n 1p)"
is '/dev/kvm' 'crw-rw-rw-' "$(out first | sed -n '2s/ .*//p')"
is 'what is inside' "$(for word in root cpus memory cgroup2 overlay veth bridge tun loopback nf_tables kvm \
    pivot_root shared_root shared_libraries assembler tree left_at_home; do echo "ok $word"; done)" "$(out inside)"
is 'status with --out' 0 "$(status inside)"
is 'the host has its files still' '#' "$(cut -c 1 README.md | sed -n 1p)$([ -d labs ] || echo gone)$([ -e build/new ] && echo new)"
is 'files that come back' 'folder folder/file good' "$(cd "$scratch/results" && echo $(find . | sed 's,^\./,,' | grep -v '^\.$' | LC_ALL=C sort))"
is 'set-uid does not come back' -rwxr-xr-x "$(stat -c %A "$scratch/results/folder/file")"
is 'what was left out is said' 3 "$(grep -c 'left out' "$scratch/inside.err")"

# An archive with more to complain about than a pipe takes, and a name that means something to a
# terminal: unpack must not wait for somebody who waits for its end.
mkdir "$scratch/pipes" "$scratch/unpacked"
(cd "$scratch/pipes" && mkfifo $(seq -f "a-name-that-is-not-short-at-all-%g" 3000) &&
    mkfifo "$(printf '\033]0;title\007')" && tar -c -f ../pipes.tar .)
timeout 20 build/machine/unpack "$scratch/unpacked" < "$scratch/pipes.tar" 2>&1 | { sleep 1; cat; } > "$scratch/pipes.err"
is 'pipes are left out' '' "$(ls "$scratch/unpacked")"
is 'and said, up to a number' 'yes 101' "$(tail -n 1 "$scratch/pipes.err" | grep -q 'more of that kind' && echo yes) $(wc -l < "$scratch/pipes.err")"
is 'without control characters' '' "$(tr -d '[:print:]\n' < "$scratch/pipes.err")"

# --- Input, output and the end -------------------------------------------------------------------

seq 1 200000 > "$scratch/numbers"
{
    timeout 240 "$boxwork" machine -- sh -c 'echo to stderr >&2; cat; exit 255' \
        < "$scratch/numbers" > "$scratch/cat.out" 2> "$scratch/cat.err"
    echo $? > "$scratch/cat.status"
} &
timeout 240 $made/asking "$PWD" > "$scratch/asking.out" 2> "$scratch/asking.err" < /dev/null
is 'machine_ask' 0 $?
wait
is 'input comes out again' "$(cksum < "$scratch/numbers")" "$(cksum < "$scratch/cat.out")"
is 'stderr apart' 'to stderr' "$(err cat)"
is 'status 255' 255 "$(status cat)"
is 'an answer of the host' 'the host was asked for write
inside: context something
run 0, end 0, status 5' "$(out asking)"
is 'its second descriptor' 'and has a second descriptor' "$(err asking)"

machine kept -- sh -c 'exit 244' &
machine signalled -- sh -c 'kill -9 $$' &
wait
is 'a status that is kept for faults' 248 "$(status kept)"
is 'a command that a signal ended' 137 "$(status signalled)"
machine absent -- /no/such/program &
is 'a reader that is gone' 'y 141' \
    "$({ timeout 240 "$boxwork" machine -- yes; echo $? > "$scratch/yes.status"; } < /dev/null | sed q) $(sleep 1; status yes)"
wait
is 'a command that is not there' 127 "$(status absent)"

# --- A terminal -------------------------------------------------------------------------------------

mkfifo "$scratch/keys"
script -qec "stty rows 33 cols 101; $boxwork machine -- sh -c 'stty size; tty <&2; trap \"echo interrupted; exit 6\" INT
    echo ready; while :; do sleep 0.1; done'; echo ended \$?; stty -a | grep -ow -e -icanon -e -echo" /dev/null \
    < "$scratch/keys" > "$scratch/terminal" 2>&1 &
exec 6> "$scratch/keys"
for i in $(seq 240); do
    grep -q ready "$scratch/terminal" && break
    sleep 0.5
done
printf '\003' >&6
wait
exec 6>&-
# What boxwork says while the machine starts is erased again, and is no part of the output; nor is
# the echo of Ctrl-C, which a kernel throws away together with what waits when it comes.
is 'a terminal: its size, Ctrl-C, and this one as it was' '33 101|/dev/pts/0|ready|interrupted|ended 6|' \
    "$(tr -d '\r\003' < "$scratch/terminal" | sed '1s/^.*\x1b\[K//; s/\^C//' | tr '\n' '|')"

# --- Faults: a line, and a status that no command has -------------------------------------------

machine panic -- sh -c 'echo c > /proc/sysrq-trigger' &
machine poweroff -- poweroff -f &
wait
machine restart -- reboot -f &
machine late --timeout 8 -- sleep 100 &
wait
is 'a panic' 244 "$(status panic)"
is 'its line' 'boxwork: machine: Kernel panic - not syncing: sysrq triggered crash' "$(err panic)"
is 'powered off' 245 "$(status poweroff)"
is 'restarted' 245 "$(status restart)"
is 'its line' 'boxwork: machine: the machine restarted before the command ended' "$(err restart)"
is 'the time limit' 243 "$(status late)"

(PATH=/nonexistent; "$boxwork" machine -- true < /dev/null > /dev/null 2> "$scratch/qemu.err"; echo $?) > "$scratch/qemu.status"
is 'no QEMU' 240 "$(status qemu)"
is 'its line' 1 "$(grep -c 'apt-get install qemu-system-x86' "$scratch/qemu.err")"
# What comes back replaces nothing that the machine does not know.
mkdir "$scratch/full" && echo mine > "$scratch/full/file"
"$boxwork" machine --out "$scratch/full" -- true > "$scratch/full.out" 2>&1
is 'a folder that is in use does not come back' '2 mine' "$? $(cat "$scratch/full/file")"
is 'and why' 1 "$(grep -c 'would replace what is there' "$scratch/full.out")"

for wrong in '--timeout x' '--memory 1' '--cpus 0' '--nonsense' '--out'; do
    "$boxwork" machine $wrong > /dev/null 2> "$scratch/usage.err" < /dev/null
    is "usage: $wrong" '2 1' "$? $(wc -l < "$scratch/usage.err")"
done

# start NAME ARG... - a run in the background whose machine is up; sets $pid and $qemu
start() {
    name=$scratch/$1
    shift
    mkfifo "$name.up"
    "$boxwork" machine "$@" < /dev/null > "$name.up" 2> "$name.err" &
    pid=$!
    exec 5< "$name.up"
    read -r up <&5
    qemu=$(cat /proc/$pid/task/$pid/children)
    qemu=${qemu% }
}
gone() { # gone PID - within five seconds
    for i in 1 2 3 4 5 6 7 8 9 10; do
        [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2> /dev/null || return 0
        sleep 0.5
    done
    return 1
}
start killed -- sh -c 'echo up; sleep 100'
kill -9 "$qemu"
wait "$pid" 2> /dev/null
is 'QEMU was killed' '246 boxwork: machine: QEMU was ended by signal 9 (Killed)' "$? $(err killed)"

start orphan -- sh -c 'echo up; sleep 100'
kill -9 "$pid"
wait "$pid" 2> /dev/null
is 'kill -9 of boxwork ends QEMU' gone "$(gone "$qemu" && echo gone)"

start term -- sh -c 'trap "echo caught >&2; exit 3" TERM; echo up; while :; do sleep 0.1; done'
kill -TERM "$pid"
wait "$pid" 2> /dev/null
is 'a signal goes to the command' '3 caught' "$? $(grep -x caught "$scratch/term.err")"

start stubborn -- sh -c 'trap "" TERM; echo up; while :; do sleep 1; done'
kill -TERM "$pid"
wait "$pid" 2> /dev/null
is 'a command that ignores it' 143 $?
is 'and QEMU is gone' gone "$(gone "$qemu" && echo gone)"

# --- Hostile results: an archive that the learner's code made, unpacked on the host -----------------

evil=$scratch/evil
mkdir -p "$evil/in/sub" "$evil/out/inside" "$scratch/outside"
(
    cd "$evil/in" || exit 1
    echo evil > sub/file && ln sub/file hard
    tar -c -P -f ../1.tar --transform 's,^sub/file,../outside/up,' sub/file
    tar -c -P -f ../2.tar --transform "s,^sub/file,$scratch/outside/absolute," sub/file
    ln -s "$scratch/outside" way && tar -c -f ../3.tar way && rm way && mkdir way && echo evil > way/through
    tar -c -f ../4.tar way/through
    tar -c -P -f ../5.tar --transform "s,^sub/file,$scratch/outside/kept,RH" sub/file hard
)
echo mine > "$scratch/outside/kept"
ln -s "$scratch/outside" "$evil/out/way" # the host's own link, which 4.tar wants to follow
for n in 1 2 3 4 5; do
    build/machine/unpack "$evil/out" < "$evil/$n.tar" 2> /dev/null
done
is 'nothing hostile gets out' 'kept mine' "$(cd "$scratch/outside" && echo $(ls) $(cat kept))"
is 'nor stands there as a link' '' "$(find "$evil/out" -type l)"
head -c 5000 /dev/urandom > "$evil/noise.tar"
build/machine/unpack "$evil/out" < "$evil/noise.tar" 2> "$evil/said"
is 'an archive that is none' '1 1' "$? $(wc -l < "$evil/said")"

# --- Parts ---------------------------------------------------------------------------------------

# In a tree of its own: build.sh without package lists, and without space.
mkdir -p "$scratch/tree" "$scratch/bin"
cp -r --parents labs/machine "$scratch/tree"
printf '#!/bin/sh\nexit 0\n' > "$scratch/bin/apt-cache"
chmod +x "$scratch/bin/apt-cache"
if ! ls /boot/vmlinuz-*-cloud-amd64 > /dev/null 2>&1; then
    PATH=$scratch/bin:$PATH sh "$scratch/tree/labs/machine/build.sh" 2> "$scratch/lists"
    is 'no package lists' '1 no package lists, so the kernel cannot be found: apt-get update' "$? $(cat "$scratch/lists")"
    cp build/machine/*.deb "$scratch/"
    [ "$(id -u)" = 0 ] && map= || map=-r
    unshare $map -m sh -c '
        mkdir -p "$0/tree/build/machine" && mount -t tmpfs -o size=40m small "$0/tree/build/machine" &&
            cp "$0"/*.deb "$0/tree/build/machine/" && sh "$0/tree/labs/machine/build.sh"' "$scratch" 2> "$scratch/space"
    is 'no space' 28 $?
    is 'its line' 1 "$(grep -c '^no space left in' "$scratch/space")"
fi
is 'nothing is left over' "$before" "$(ls build/machine)"
exit $failed
