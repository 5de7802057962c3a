# boot.sh - Debian's kernel to its first line of user space: mini-hypervisor, QEMU, kvmtool
#
# All in the lab machine, in turn, five rounds: the same kernel and the same initramfs, 256 MiB,
# one processor, one boot to warm up. QEMU is the host's, as its smallest machine (microvm);
# kvmtool (lkvm) is measured when this host has it. "Beside" is the process's memory without
# the guest's (tests/bench/until.c). Exit status 0, or 1 when a boot failed.
set -u
rounds=5 marker='user space after' append='console=ttyS0 quiet pci=off'
files=build/bench/boot linux=build/guests/linux

one() # one NAME - boots once, prints "NAME MILLISECONDS KIB"
{
    case $1 in
    mini-hypervisor)
        set -- "$1" build/mini-hypervisor run --kernel $linux/vmlinuz --initrd $linux/initrd \
            --memory 256M --append "$append" ;;
    unpacked)
        set -- "$1" build/mini-hypervisor run --kernel $linux/vmlinux --initrd $linux/initrd \
            --memory 256M --append "$append" ;;
    qemu-microvm)
        set -- "$1" $files/qemu -L $files/share -M microvm,accel=kvm -cpu host -m 256 \
            -nodefaults -no-user-config -display none -no-reboot -serial stdio \
            -kernel $linux/vmlinuz -initrd $linux/initrd -append "$append" ;;
    kvmtool)
        set -- "$1" $files/lkvm run -k $linux/vmlinuz -i $linux/initrd -m 256 -c 1 \
            --console serial -p "$append" ;;
    esac
    name=$1
    shift
    figures=$(build/bench/until "$marker" "$@" < /dev/null 2> $files/said) ||
        { echo "boot: $name: failed:" >&2; tail -n 3 $files/said >&2; return 1; }
    echo "$name $figures"
}

if [ "${1:-}" = inside ]; then
    shift
    one "$1" > /dev/null || exit 1
    round=0
    while [ $round -lt $rounds ]; do
        for kind in "$@"; do
            one "$kind" || exit 1
        done
        round=$((round + 1))
    done
    exit 0
fi

# A copy, because it has to be in the tree to get into the machine; gone afterwards, because
# everything in the tree gets there.
trap 'rm -rf $files' EXIT
mkdir -p $files/share
kinds='mini-hypervisor unpacked qemu-microvm'
# Debian's microvm program is QEMU with only what that machine needs.
cp -L "$(command -v qemu-system-x86_64-microvm || command -v qemu-system-x86_64)" $files/qemu || exit 1
cp -L /usr/share/qemu/bios-microvm.bin /usr/share/qemu/linuxboot_dma.bin $files/share/ || exit 1
lkvm=$(command -v lkvm) && cp -L "$lkvm" $files/lkvm && kinds="$kinds kvmtool"
build/boxwork machine --timeout 550 -- sh tests/bench/boot.sh inside $kinds > $files/figures || exit 1
for kind in $kinds; do
    sed -n "s/^$kind //p" $files/figures | sort -n | awk -v kind="$kind" '
        { ms[NR] = $1; kib[NR] = $2 }
        END { printf "%s %d %d %d %d\n", kind, ms[int((NR + 1) / 2)], ms[1], ms[NR], kib[int((NR + 1) / 2)] }'
done | awk '
    { name[NR] = $1; middle[NR] = $2; least[NR] = $3; most[NR] = $4; kib[NR] = $5
      if ($1 == "qemu-microvm") base = $2 }
    END { for (i = 1; i <= NR; i++)
              printf "  %-16s %6d ms (%d to %d)   %.2f of QEMU   %6d KiB beside\n", \
                  name[i], middle[i], least[i], most[i], middle[i] / base, kib[i] }'
