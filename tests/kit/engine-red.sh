# engine-red.sh - each protection of mini-container holds; and with it taken out, this test sees
# it. A test that stays green without the thing that it tests is not one.
#
# build/red/mini-container is the engine with one option more: --without STEP,STEP. Each check
# below is a command and what it prints when the protection holds; it is done twice, with the
# step and without. Runs as root.
#
# @machine: there, limits are among them.
set -u
red=$PWD/build/red/mini-container root=$PWD/build/rootfs failed=0 work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$(id -u)" != 0 ]; then
    echo 'needs root: run it with sudo, or in the lab machine'
    exit 1
fi

# check WHAT STEPS HELD COMMAND... - COMMAND is run with $OFF set to nothing, then to --without.
check()
{
    what=$1 steps=$2 held=$3
    shift 3
    shown=$(OFF='' "$@" 2>&1 < /dev/null)
    if [ "$shown" != "$held" ]; then
        echo "$what: expected \"$held\", shown \"$shown\""
        failed=1
    fi
    shown=$(OFF="--without $steps" "$@" 2>&1 < /dev/null)
    if [ "$shown" = "$held" ]; then
        echo "$what: without $steps it is still \"$held\": nothing tests it"
        failed=1
    fi
}

# inside [OPTION...] SCRIPT - what SCRIPT prints inside.
inside()
{
    script=
    for argument; do script=$argument; done
    set -- "$@" end
    options=
    while [ "$2" != end ]; do options="$options $1"; shift; done
    $red run $OFF $options "$root" sh -c "$script"
}

check 'descriptors of the caller stay outside' descriptors,close no \
    sh -c 'exec 9< /etc/passwd; '"$red"' run $OFF '"$root"' sh -c "[ -e /proc/self/fd/9 ] && echo yes || echo no"'
check 'the host is unmounted' pivot no inside "[ -e $root/bin/sh ] && echo yes || echo no"
check '/proc/sys cannot be written' protect no inside '(: >> /proc/sys/kernel/core_pattern) 2> /dev/null && echo yes || echo no'
check '/proc/timer_list is masked' mask 0 inside 'cat /proc/timer_list | head -c 1 | wc -c'
check 'the root is read-only' seal no inside --read-only '(: >> /.made) 2> /dev/null && echo yes || echo no'
check 'capabilities are the default ones' capabilities 00000000a80425fb \
    inside 'while read name value; do [ $name = CapBnd: ] && echo $value; done < /proc/self/status'
check 'no new privileges' no-new-privileges 1 \
    inside 'while read name value; do [ $name = NoNewPrivs: ] && echo $value; done < /proc/self/status'
check 'a filter refuses what no capability is needed for' install-filter refused \
    inside 'unshare -U true 2> /dev/null && echo done || echo refused'
check 'a filter or a capability refuses a namespace' install-filter,capabilities refused \
    inside 'unshare -i true 2> /dev/null && echo done || echo refused'
check 'the cgroup tree begins at ours' cgroup-namespace other \
    inside "[ \$(readlink /proc/self/ns/cgroup) = '$(readlink /proc/self/ns/cgroup)' ] && echo same || echo other"
check 'the host name is its own' hostname container inside 'hostname'
check 'root inside is a user outside' maps '0 0 1' \
    inside --rootless 'set -- $(cat /proc/self/uid_map); echo "$*"'
if grep -q pids /sys/fs/cgroup/cgroup.controllers 2> /dev/null; then
    check 'processes are limited' limits few \
        inside --pids 5 '(for i in 1 2 3 4 5 6 7 8; do sleep 0.2 & done) 2> /dev/null && echo all || echo few'
fi
check 'the engine at work cannot be looked at' undumpable,guard,leash hidden \
    inside --init 'readlink /proc/1/exe > /dev/null && echo shown || echo hidden'
check 'who may trace sees a sealed copy' binary memfd \
    inside --cap-add SYS_PTRACE --init 'case $(readlink /proc/1/exe) in *memfd:*) echo memfd ;; *) echo file ;; esac'
check 'a terminal of ours is not its own' guard other \
    inside '[ "$(cut -d" " -f6 /proc/self/stat)" = 0 ] && echo same || echo other'

# Nothing that is mounted inside shows up outside, where mounts are shared, as under systemd.
check 'mounts do not propagate' private 0 unshare -m sh -c '
    mount --make-rshared /
    '"$red"' run $OFF '"$root"' sh -c "sleep 0.3" &
    sleep 0.15; grep -c " '"$root"'/proc " /proc/self/mountinfo; wait'

# The program ends with the engine, also when the engine has no time to end it.
dies()
{
    $red run $OFF --user 1000 "$root" sleep 31 &
    engine=$!
    sleep 0.3
    program=$(cat /proc/$engine/task/$engine/children)
    kill -9 $engine
    wait $engine 2> /dev/null
    sleep 0.2
    [ -r "/proc/${program% }/exe" ] || [ -d "/proc/${program% }/task" ] &&
        grep -q -v Z "/proc/${program% }/stat" 2> /dev/null && kill -9 $program && echo alive && return
    echo dead
}
check 'kill -9 of the engine ends the program' leash dead dies

[ $failed = 0 ] && echo 'all protections hold, and each one is needed'
exit $failed
