#!/bin/sh
# build.sh INTO - makes what `boxwork compare` runs, in INTO/compare (INTO is build, or build/mine).
#
#     rootfs/       the root file system of all three kinds: busybox, and the programs of
#                   lessons/compare/inside, which the Makefile has linked into INTO/compare/inside
#     vmlinuz       Debian's cloud kernel as it is installed or packaged, see labs/machine/build.sh
#     initrd.cpio   rootfs, as the initramfs of the virtual machine
#     about         what it was made of: a word, a name, a version on each line
#
# Needs no root. Exit status 1 with a line on stderr that says what is missing.
set -eu
umask 022
into=$1/compare
new=$into/new.$$

say() { printf '%s\n' "$*" >&2; }
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$new"

# --- The kernel -----------------------------------------------------------------------------

kernel=$(ls /boot/vmlinuz-*-cloud-amd64 2>/dev/null | sort -V | tail -n 1)
package=$(ls -t build/machine/linux-image-*.deb 2>/dev/null | sed -n 1p)
if [ -n "$kernel" ] && [ -r "$kernel" ]; then
    cp "$kernel" "$new/vmlinuz"
    package_line="kernel linux-image-${kernel#*/vmlinuz-} installed"
elif [ -n "$package" ]; then
    file=$(dpkg-deb --fsys-tarfile "$package" | tar -t | grep '/boot/vmlinuz-' | sed -n 1p)
    dpkg-deb --fsys-tarfile "$package" | tar -x -O "$file" > "$new/vmlinuz"
    package_line="kernel $(dpkg-deb -f "$package" Package) $(dpkg-deb -f "$package" Version)"
else
    say 'there is no kernel to boot: build/boxwork machine -- true fetches it'
    exit 1
fi

# --- The root file system, and the same as an initramfs ---------------------------------------

cp -R build/rootfs "$new/rootfs"
rm -f "$new/rootfs/.made"
for program in "$into"/inside/*; do
    case $program in
    */init) cp "$program" "$new/rootfs/init" ;; # bin/init is busybox
    *) cp "$program" "$new/rootfs/bin/" ;;
    esac
done
printf '%s\n' '#!/bin/sh' 'echo "first line"' 'exec true' > "$new/rootfs/bin/first"
chmod 755 "$new/rootfs/bin/first"
# A library in two versions, a program that needs it, and what links the two at the start.
library=lessons/compare/inside/library
loader=/lib64/ld-linux-x86-64.so.2
mkdir -p "$new/rootfs/lib" "$new/rootfs/lib64" "$new/rootfs/library/1" "$new/rootfs/library/2"
for version in 1 2; do
    as --defsym VERSION=$((48 + version)) -o "$new/version.o" $library/version.S
    ld -shared -soname libversion.so -o "$new/rootfs/library/$version/libversion.so" "$new/version.o"
done
as -o "$new/app.o" $library/app.S
ld -pie -dynamic-linker $loader -o "$new/rootfs/bin/app" "$new/app.o" "$new/rootfs/library/1/libversion.so"
cp -L $loader "$new/rootfs/lib64/"
rm -f "$new"/*.o

(cd "$new/rootfs" && find . | LC_ALL=C sort | busybox cpio -o -H newc -R 0:0) \
    > "$new/initrd.cpio" 2>/dev/null

# --- What is in it, for whoever must patch it ---------------------------------------------------

installed() { dpkg-query -W -f "$1 \${Package} \${Version}\n" "$2" 2>/dev/null || echo "$1 $2 -"; }
{
    echo "$package_line"
    installed userland busybox-static
    installed inside libc6-dev
} > "$new/about"

for part in vmlinuz initrd.cpio about rootfs; do
    rm -rf "${into:?}/$part"
    mv "$new/$part" "$into/$part"
done
