#!/bin/sh
# build.sh - makes the parts of the lab machine in build/machine/, or leaves them when they are new.
#
#     vmlinuz     Debian's cloud kernel
#     vmlinux     the same, unpacked (the guest would take longer to do it)
#     base.cpio   the first file system: busybox, init, the modules that lessons need
#     pack, unpack, vmlinux-of
#                 the programs of parts/, which run on the host
#     parts       what all this was made from, with times and sizes
#
# The kernel is the one that is installed, if a cloud kernel is, and else the package, fetched
# with apt-get and opened here without being installed: nobody's own machine gets another
# kernel. Needs no root. Exit status 1 with one line on stderr that says what is missing, 28
# when there is no space.
#
# The two kernels are also guests, of lesson h08: build/guests/linux/ has them once more.
#
# Usage: sh labs/machine/build.sh, from anywhere. CC is the compiler.
set -u
umask 022
cd "$(dirname "$0")/../.." || exit 1
here=labs/machine
made=build/machine
CC=${CC:-gcc}

# Modules by name; what they depend on comes with them. Those at the start init loads itself, the
# others are loaded when something asks for them.
at_start='virtio_pci virtio_console'
modules="$at_start
    overlay loop veth bridge br_netfilter dummy macvlan ipvlan tun tap vhost_net
    nf_tables nft_chain_nat nft_masq nft_nat nft_redir nft_ct nft_limit nft_log nft_reject_inet
    nft_fib_inet nft_compat nf_conntrack_netlink xt_conntrack xt_addrtype xt_MASQUERADE
    xt_nat xt_comment xt_mark kvm kvm-amd kvm-intel virtio_blk virtio_net virtio-rng"

say() { printf '%s\n' "$*" >&2; }

# The list of errors may itself be what does not fit any more.
is_full() {
    grep -qs 'No space left' "$work/errors" ||
        [ "$(df -Pk "$work" | awk 'NR == 2 { print $4 }')" -lt 4096 ]
}

# Ends with the line that says why; a full disk is told apart from everything else.
fail() {
    if is_full; then
        say "no space left in $made: making the lab machine takes about 250 MB, and keeping it 90"
        exit 28
    fi
    say "$*"
    sed -n '$p' "$work/errors" >&2
    exit 1
}

mkdir -p $made || exit 1
# One at a time: a second caller waits here, and then finds everything made.
exec 9> $made/.lock || exit 1
flock 9 || exit 1

# Times and sizes of the parts, in the form of the file `parts`.
look() { xargs -d '\n' stat -c '%Y %s %n' 2> /dev/null; }

is_new() {
    [ -s $made/parts ] && [ -f $made/.made ] && [ -s $made/vmlinuz ] &&
        [ "$(sed -n 1p $made/parts)" = "# $(echo $modules)" ] &&
        [ "$(sed "1d; s/^[0-9]* [0-9]* //" $made/parts | look)" = "$(sed 1d $made/parts)" ]
}
# Both names lead to the same bytes, where the file system has links.
make_guests() {
    mkdir -p build/guests/linux &&
        for part in vmlinuz vmlinux; do
            [ build/guests/linux/$part -ef $made/$part ] || ln -f $made/$part build/guests/linux/ 2> /dev/null ||
                cp $made/$part build/guests/linux/ || return 1
        done
}

if is_new; then
    make_guests || exit 1
    touch $made/.made
    exit 0
fi

work=$made/new.$$
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work" 2> /dev/null || { work=.; fail "$made: cannot be written"; }
: > "$work/errors" || exit 28

busybox=$(command -v busybox) && [ "$(LC_ALL=C od -A n -t x1 -N 4 "$busybox")" = ' 7f 45 4c 46' ] ||
    fail 'no busybox: apt-get install busybox-static'

# --- The kernel ---------------------------------------------------------------------------

package=
kernel=$(ls /boot/vmlinuz-*-cloud-amd64 2> /dev/null | sort -V | tail -n 1)
version=${kernel#/boot/vmlinuz-}
if [ -n "$kernel" ] && [ -r "$kernel" ] && [ -d "/lib/modules/$version/kernel" ]; then
    tree=
else
    # The meta package names the current one.
    name=$(LC_ALL=C apt-cache depends linux-image-cloud-amd64 2>> "$work/errors" |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*-cloud-amd64\)$/\1/p' | sed -n 1p)
    package=$(ls -t $made/"${name:-linux-image-}"*.deb 2> /dev/null | sed -n 1p)
    if [ -z "$package" ]; then
        [ -n "$name" ] || fail 'no package lists, so the kernel cannot be found: apt-get update'
        say "  GET   $name (26 MB, a Debian package; it is not installed)"
        (cd "$work" && apt-get -qq download "$name") 2>> "$work/errors" ||
            fail "$name: cannot be fetched: apt-get update, then try again"
        mv "$work"/*.deb $made/ 2>> "$work/errors" || fail 'the kernel package cannot be kept'
        package=$(ls -t $made/"$name"*.deb | sed -n 1p)
    fi
    tree=$work/kernel
    dpkg-deb -x "$package" "$tree" 2>> "$work/errors" || {
        is_full || rm -f "$package"
        fail "$package: is damaged and was removed: try again"
    }
    kernel=$(ls "$tree"/boot/vmlinuz-* | sed -n 1p)
    version=${kernel##*/vmlinuz-}
fi

# --- Programs -----------------------------------------------------------------------------

flags="-std=gnu17 -O2 -Wall -Wextra -I$here"
compile() {
    $CC $flags "$@" 2>> "$work/errors" || fail "the lab machine does not build: $(grep -m 1 error: "$work/errors")"
}
compile -o "$work/vmlinux-of" $here/parts/vmlinux.c -larchive
compile -o "$work/pack" $here/parts/pack.c $here/parts/needed.c -larchive
compile -o "$work/unpack" $here/parts/unpack.c -larchive

"$work/vmlinux-of" "$kernel" "$work/vmlinux" 2>> "$work/errors" || fail "$kernel: cannot be unpacked"
cp "$kernel" "$work/vmlinuz" 2>> "$work/errors" || fail "$kernel: cannot be copied"

# --- The first file system -------------------------------------------------------------------

root=$work/root
mkdir -p "$root/usr/bin" "$root/usr/lib/x86_64-linux-gnu" "$root/usr/lib64" "$root/etc" \
    "$root/dev" "$root/proc" "$root/sys" "$root/run" "$root/root" "$root/home" "$root/tmp" \
    "$root/mnt" "$root/var/tmp" "$root/usr/share" 2>> "$work/errors" || fail "$root: cannot be made"
chmod 1777 "$root/tmp" "$root/var/tmp"
ln -s usr/bin "$root/bin"
ln -s usr/bin "$root/sbin"
ln -s bin "$root/usr/sbin"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
cp "$busybox" "$root/usr/bin/busybox" 2>> "$work/errors" || fail 'busybox cannot be copied'
for applet in $("$busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/usr/bin/$applet"
done
compile -static -o "$root/init" $here/inside/*.c
cp -r /lib/terminfo "$root/usr/lib/terminfo" 2>> "$work/errors" # colours and keys for readline
cp -R $here/inside/etc/. "$root/etc/" 2>> "$work/errors" || fail 'the files of /etc cannot be copied'

# modules.dep of all of them says which ones are needed; then one of those only.
(
    # An installed kernel has its list; one from a package does not yet.
    [ -z "$tree" ] || "$busybox" depmod -b "$tree" "$version" || exit 1
    from=$tree/lib/modules/$version
    to=$root/usr/lib/modules/$version
    for module in $modules; do
        file=$(printf %s "$module" | sed 's/[_-]/[_-]/g')
        line=$(grep "/$file\.ko:" "$from/modules.dep")
        if [ -z "$line" ]; then # Some kernels have it built in.
            grep -q "/$file\.ko$" "$from/modules.builtin" || echo "$module: no such module" >&2
            continue
        fi
        echo "$line" | tr -d : | tr ' ' '\n'
    done | sed '/^$/d' | sort -u | while read -r file; do
        mkdir -p "$to/${file%/*}" && cp "$from/$file" "$to/$file" || exit 1
    done && cp "$from/modules.builtin" "$to/" && "$busybox" depmod -b "$root" "$version" &&
        # What init loads itself: modules.dep names all that a module needs, so the one with the
        # shorter line comes first.
        for module in $at_start; do
            line=$(grep "/$module\.ko:" "$to/modules.dep") && echo "$line" | tr -d : | tr " " "\n"
        done | sed "/^$/d" | sort -u | while read -r file; do
            echo "$(grep "^$file:" "$to/modules.dep" | wc -w) /usr/lib/modules/$version/$file"
        done | sort -n | sed "s/^ *[0-9]* //" > "$root/etc/modules-at-start"
) 2>> "$work/errors" || fail "$version: its modules cannot be copied"

(cd "$root" && find . | LC_ALL=C sort | "$busybox" cpio -o -H newc -R 0:0) > "$work/base.cpio" 2>> "$work/errors" ||
    fail 'the first file system cannot be packed'
[ "$(wc -c < "$work/base.cpio")" -gt 5000000 ] || fail 'the first file system is cut short'

{
    echo "# $(echo $modules)"
    {
        echo "$busybox"
        if [ -n "$package" ]; then echo "$package"; else echo "$kernel"; fi
        echo /boot # another cloud kernel shows as a change here
        find $here/build.sh $here/channel.h $here/inside $here/parts
    } | look
} > "$work/parts" || fail 'the list of parts cannot be written'
rm -rf $made/accelerator
for part in vmlinuz vmlinux base.cpio pack unpack parts; do
    mv "$work/$part" $made/$part 2>> "$work/errors" || fail "$made/$part: cannot be written"
done
make_guests 2>> "$work/errors" || fail 'build/guests/linux: cannot be written'
# Packages of kernels that are no longer used, and what a killed run left behind.
for old in $made/*.deb $made/new.*; do
    [ "$old" = "$package" ] || [ "$old" = "$work" ] || rm -rf "$old"
done
touch $made/.made
