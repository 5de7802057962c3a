# demo.sh - the whole course on one screen: `make demo`.
#
# The same few questions are asked by a plain process and by the same process as a container is
# built around it, lesson by lesson. Then three guests run under the hypervisor, the last of them
# Debian's kernel, and then both are compared. Everything is run while you watch; nothing here is
# written down beforehand but the questions. Where this host's KVM cannot run a guest, the lab
# machine does. Exit status 0, or 1 when a part of it failed.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0
# What a process knows of its surroundings, by looking. It runs with any sh, also with busybox.
look='
host=$(cat /proc/sys/kernel/hostname 2>&- || echo "?")
processes=$(ls -d /proc/[0-9]* 2>&- | wc -l)
[ -r /proc/self/status ] || processes="no /proc"
field() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status 2>&-; }
printf "%7s  %-10.10s  %9s  %6s  %-16s  %s\n" $$ "$host" "$processes" \
    "$(ls / | wc -l)" "$(field CapEff)" "$(field Seccomp | sed "s/0/all/; s/2/filtered/")"'

heading() { printf '\n%s\n' "$1"; }
row()     { printf '%-21s' "$1"; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

failed() # failed - says why, from what was said
{
    echo "failed: $(tail -n 1 "$work/said")"
    status=1
}

part() # part COMMAND... - runs it; says so when it fails
{
    "$@" 2> "$work/said" < /dev/null || failed
}

# guest NAME OPTION... - mini-hypervisor run, here or in the lab machine: what the guest says, and
# how often it came out of the virtual machine to say it
guest()
{
    row "$1"
    shift
    build/mini-hypervisor run "$@" --stats > "$work/output" 2> "$work/said" < /dev/null
    if [ $? != 0 ] && grep -q '/dev/kvm' "$work/said"; then
        build/boxwork machine -- build/mini-hypervisor run "$@" --stats \
            > "$work/output" 2> "$work/said" < /dev/null
    fi
    output=$(tr -d '\r' < "$work/output" | grep -a -e hello -e 'user space' | tail -n 1)
    exits=$(sed -n 's/^exits: //p' "$work/said" | tr -c '0-9\n' ' ' | awk '{ for (i = 1; i <= NF; i++) n += $i; print n }')
    if [ -n "$output" ] && [ -n "$exits" ]; then
        printf '%-51.50s %4s exits\n' "$output" "$exits"
    else
        failed
    fi
}

rootless=$([ "$(id -u)" = 0 ] || echo --rootless)

heading 'A process, and a container built around it, lesson by lesson'
echo '                         pid  host        processes  in /    capabilities      calls'
row 'a process (c01)'
part sh -c "$look"
row '+ a root (c02)'
part build/mini-container run --chroot build/rootfs sh -c "$look"
row '+ tables (c03, c04)'
part build/mini-container run $rootless --privileged --hostname demo build/rootfs sh -c "$look"
row '+ rights (c05 to c08)'
part build/mini-container run $rootless --hostname demo build/rootfs sh -c "$look"

heading 'A virtual machine: the host hears of it only at an exit'
guest '16 bits (h02)' --real build/guests/real/hello.bin
guest '64 bits (h05)' --elf build/guests/long/hello.elf
guest 'Debian (h08)' --kernel build/guests/linux/vmlinuz \
    --initrd build/guests/linux/initrd \
    --append 'console=ttyS0 quiet pci=off end=poweroff'

heading 'What one hears of both, measured'
# On a terminal it shows how far it is, and when it fails it says so itself.
build/boxwork compare --quick --short --lessons resources,boot,scaling,storage \
    > "$work/output" < /dev/null || status=1
cat "$work/output"
exit $status
