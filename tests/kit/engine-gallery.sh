# engine-gallery.sh - hostile images and callers. Each attack works against an engine that does one
# step as it is done at first, and fails against ours.
#
# An attack is a function that prepares an image and a piece of the host ($host, a directory),
# calls `engine`, and prints "works" or "fails" by what it finds afterwards. It is called twice:
# with build/red/mini-container and --naive (tests/kit/engine/naive.c) or --without, and with
# build/mini-container. An attack that does not work against the naive one proves nothing, so
# that is a failure, too. Runs as root.
#
# @machine: there, too, on another kernel.
set -u
if [ "$(id -u)" != 0 ]; then
    echo 'needs root: run it with sudo, or in the lab machine'
    exit 1
fi
mkdir -p /var/tmp
failed=0 attacks=0 work=$(mktemp -d /var/tmp/boxwork-XXXXXX) # /tmp is another one inside
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
host=$work/host image=$work/image log=$work/log

# engine OPTION... -- runs whichever engine is meant
engine()
{
    timeout 20 "$binary" run $naive "$@" > "$log" 2>&1 < /dev/null
}

# try NAIVE-OPTIONS ATTACK WHAT
try()
{
    options=$1 attack=$2 what=$3
    for wanted in works fails; do
        rm -rf "$host" "$image"
        mkdir "$host"
        cp -a build/rootfs "$image"
        cp build/red/hostile "$image/bin/hostile"
        binary=$PWD/build/mini-container naive=
        [ $wanted = works ] && binary=$PWD/build/red/mini-container naive=$options
        : > "$log"
        shown=$($attack)
        [ "$shown" = $wanted ] && continue
        echo "$what ($binary $naive): expected \"$wanted\", shown \"$shown\":"
        cat "$log"
        failed=1
    done
    attacks=$((attacks + 1))
}

# answer COMMAND... - "works" when the command succeeds, else "fails"
answer()
{
    if "$@" > /dev/null 2>&1; then echo works; else echo fails; fi
}

# --- Images -----------------------------------------------------------------------------------

# CVE-2026-41579: the nodes of /dev are made on the host.
dev_is_a_link()
{
    rm -rf "$image/dev"
    ln -s "$host" "$image/dev"
    engine "$image" true
    answer [ -e "$host/null" ]
}
try '--naive devices --without dev,pts,shm,mqueue,mask' dev_is_a_link '/dev is a link to the host'

# CVE-2019-19921: what is called /proc was written by the image, and masks and labels go nowhere.
proc_is_a_link()
{
    rm -rf "$image/proc"
    mkdir -p "$image$host"
    ln -s "$host" "$image/proc"
    echo faked > "$image$host/uptime"
    engine "$image" cat /proc/uptime
    answer grep faked "$log"
}
try '--naive proc --without protect,mask,workdir,close' proc_is_a_link '/proc is a link'

# CVE-2021-30465, CVE-2024-45310: a mount point is made on the host.
volume_target_is_a_link()
{
    ln -s "$host" "$image/data"
    engine --volume /etc:/data/made "$image" true
    answer [ -e "$host/made" ]
}
try '--naive volumes' volume_target_is_a_link 'the target of a volume leads through a link to the host'

# The same with ".." in place of a link.
volume_target_goes_up()
{
    engine --volume "/etc:/../host/made" "$image" true
    answer [ -e "$host/made" ]
}
try '--naive volumes' volume_target_goes_up 'the target of a volume goes up out of the image'

# CVE-2025-31133: a mask is a mount of what /dev/null leads to. So a path that is masked shows,
# and lets write, what the image wants: kernel.core_pattern is a program that the host runs.
mask_is_a_link()
{
    ln -s /proc/sys/kernel/hostname "$host/null"
    engine --volume "$host:/dev" "$image" cat /proc/timer_list
    answer grep '^container$' "$log"
}
try '--naive mask' mask_is_a_link 'the /dev/null of the image is a link'

# The same with a file: whoever writes to a masked path has written where the image wants.
mask_is_a_file()
{
    echo secret > "$host/null"
    engine --volume "$host:/dev" "$image" cat /proc/timer_list
    answer grep secret "$log"
}
try '--naive mask' mask_is_a_file 'the /dev/null of the image is a file'

# A node of a device of the host. /dev/zero stands for the disk: to read that harms nobody.
device_in_the_image()
{
    mknod "$image/disk" c 1 5
    engine "$image" head -c 1 /disk
    answer [ "$(head -c 1 "$log" | tr '\0' 0)" = 0 ]
}
try '--without no-devices' device_in_the_image 'a device node in the image'

# The same, made by the container itself, in the one place where nodes work.
device_made_inside()
{
    engine "$image" sh -c 'mknod /dev/disk c 1 5 && head -c 1 /dev/disk'
    answer [ "$(head -c 1 "$log" | tr '\0' 0)" = 0 ]
}
try '--without capabilities' device_made_inside 'a device node that is made inside'

# A setuid program of root's, for everybody.
setuid_program()
{
    chmod 4755 "$image/bin/hostile"
    engine --seccomp off --user 1000 "$image" hostile euid
    answer grep '^0$' "$log"
}
try '--without no-new-privileges' setuid_program 'a setuid program in the image'

# The same on a volume: nosuid alone is enough there.
setuid_program_on_a_volume()
{
    cp build/red/hostile "$host/hostile"
    chmod 4755 "$host/hostile"
    # --privileged: without no_new_privs in both engines.
    engine --privileged --user 1000 --volume "$host:/data" "$image" /data/hostile euid
    answer grep '^0$' "$log"
}
try '--naive volumes' setuid_program_on_a_volume 'a setuid program on a volume'

# --- Callers ----------------------------------------------------------------------------------

# CVE-2016-9962: the caller, or the engine itself, has left a directory of the host open.
descriptor_left_open()
{
    echo secret > "$host/file"
    engine "$image" cat /proc/self/fd/9/file 9< "$host"
    answer grep secret "$log"
}
try '--without descriptors,close' descriptor_left_open 'a descriptor of the host is open'

# CVE-2024-21626: the working directory is a descriptor, and from there everything is "..".
workdir_through_a_descriptor()
{
    echo secret > "$host/file"
    engine --workdir /proc/self/fd/9 "$image" cat file 9< "$host"
    answer grep secret "$log"
}
try '--naive workdir' workdir_through_a_descriptor 'the working directory is a descriptor of the host'

# The same by a link in the image, when the caller only says "/work".
workdir_through_a_link()
{
    echo secret > "$host/file"
    ln -s /proc/self/fd/9 "$image/work"
    engine --workdir /work "$image" cat file 9< "$host"
    answer grep secret "$log"
}
try '--naive workdir' workdir_through_a_link 'the working directory is a link to a descriptor'

# --- The engine itself ------------------------------------------------------------------------

# CVE-2019-5736: /proc/PID/exe of a process of ours is our binary, on the host. While it runs it
# cannot be written into, but its mode can be changed so that afterwards everybody may.
own_binary()
{
    mkdir "$host/bin"
    cp "$binary" "$host/bin/engine"
    chmod 755 "$host/bin/engine"
    binary=$host/bin/engine
    engine "$@" --init "$image" chmod 777 /proc/1/exe
    answer [ -n "$(find "$host/bin/engine" -perm 777)" ]
}
try '--without undumpable,guard,leash' own_binary "the engine's binary, through /proc/1/exe"

# The same where the container may look into every process: what it finds is a copy.
own_binary_traced()
{
    own_binary --cap-add SYS_PTRACE
}
try '--without binary' own_binary_traced "the engine's binary, for one who may trace"

[ $failed = 0 ] && echo "$attacks attacks work against naive steps, and fail against ours"
exit $failed
