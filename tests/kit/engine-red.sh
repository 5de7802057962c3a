# engine-red.sh - each step of mini-container holds; and with it taken out, this test sees it. A test
# that stays green without the thing that it tests is not one.
#
# build/red/mini-container is the engine with one option more: --without STEP,STEP. Each check
# below is a command and what it prints when the step is done; it is done twice, with the step and
# without. The list of steps is the engine's own (`steps`, another word of that build), and each
# has to be in a check of its own: a new step without one is a failure. Runs as root.
#
# @machine: there, limits are among them.
set -u
red=$PWD/build/red/mini-container hostile=$PWD/build/red/hostile
failed=0 covered=' ' work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$(id -u)" != 0 ]; then
    echo 'needs root: run it with sudo, or in the lab machine'
    exit 1
fi
root=$work/root # a copy: without its /dev, a container makes nodes in the one of the image
cp -a build/rootfs "$root"
mknod "$root/node" c 1 3 # /dev/null: any other would do

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
    covered="$covered$steps "
}

# inside [OPTION...] SCRIPT - what SCRIPT prints inside.
inside()
{
    script=
    for argument; do script=$argument; done
    set -- "$@" end
    options=
    while [ "$2" != end ]; do options="$options $1"; shift; done
    timeout -s KILL 3 $red run $OFF $options "$root" sh -c "$script"
}

# status LINE - what /proc/self/status says in this line, of the shell inside
status()
{
    echo "while read name value; do [ \$name = $1: ] && echo \$value; done < /proc/self/status"
}

# --- The host's side --------------------------------------------------------------------------

check 'what the engine starts on the host gets nothing of the caller' descriptors no \
    sh -c 'echo "[ -e /proc/self/fd/9 ] && echo yes || echo no" > '"$work"'/look
        '"$red"' run $OFF --stop-at undumpable '"$root"' true 9< /etc/passwd < '"$work"'/look 2> /dev/null | cat'
check 'equals of the engine cannot look into it' undumpable no "$hostile" untraceable sh -c '
    '"$red"' run $OFF '"$root"' sleep 0.4 &
    sleep 0.2; readlink /proc/$!/exe > /dev/null && echo yes || echo no; wait'
if grep -q pids /sys/fs/cgroup/cgroup.controllers 2> /dev/null; then
    check 'processes are limited' limits few \
        inside --pids 5 '(for i in 1 2 3 4 5 6 7 8; do sleep 0.2 & done) 2> /dev/null && echo all || echo few'
    check 'it starts in a cgroup that was made for it' cgroup yes sh -c '
        '"$red"' run $OFF --pids 5 '"$root"' sleep 0.4 &
        sleep 0.2; cat /sys/fs/cgroup/mini-container-*/cgroup.procs | grep -q . && echo yes; wait'
    check 'its cgroup is removed' watcher no sh -c '
        '"$red"' run $OFF --pids 5 '"$root"' true
        rmdir /sys/fs/cgroup/mini-container-* 2> /dev/null && echo yes || echo no'
else
    echo 'no cgroup version 2 with its controllers: watcher, cgroup, limits are checked in the lab machine'
    covered="${covered}watcher cgroup limits "
fi
check 'a name is who the image says' user 65534 inside --user nobody 'id -u'
check 'there is a child' clone 5 inside 'echo 5'
check 'the child is told to begin' go 5 inside --rootless 'echo 5'
check 'the child waits for that' wait 5 inside --rootless --seccomp kill 'echo 5'
check 'the child gets its filter' filter 5 inside --seccomp kill 'echo 5'

# --- The child's side -------------------------------------------------------------------------

check 'it is in ROOTFS' root yes inside '[ -e /.made ] && echo yes'
check 'volumes are taken while the host is there' sources yes \
    inside --volume "$PWD/tests:/tmp/tests" '[ -e /tmp/tests/run.sh ] && echo yes'
check 'volumes are mounted' volumes yes \
    inside --volume "$PWD/tests:/tmp/tests" '[ -e /tmp/tests/run.sh ] && echo yes'
for target in sys dev dev/pts dev/shm dev/mqueue tmp; do
    check "/$target is a file system of its own" ${target#*/} yes \
        inside "grep -q ' / /$target ' /proc/self/mountinfo && echo yes || echo no"
done
check '/proc is that of its own processes' proc /proc/1 inside 'ls -d /proc/[0-9]*'
check '/dev/null is the null device' devices yes inside '[ -c /dev/null ] && echo yes'
check 'a device node of the image does not work' no-devices no \
    inside '(: < /node) 2> /dev/null && echo yes || echo no'
check 'the terminal is one of its own' terminal yes \
    sh -c "$hostile terminal $red run \$OFF --tty $root sh -c '[ /dev/fd/0 -ef /dev/pts/0 ] && echo yes' | tr -d '\\r'"
check 'loopback is up' loopback 0x9 inside 'cat /sys/class/net/lo/flags'
check 'it starts in --workdir' workdir /tmp inside --workdir /tmp pwd
check 'the program is looked up' program 5 inside 'echo 5'
check 'the program is run' exec 5 inside 'echo 5'
check 'the host is unmounted' pivot no inside "[ -e $root/bin/sh ] && echo yes || echo no"
check '/proc/sys cannot be written' protect no inside '(: >> /proc/sys/kernel/core_pattern) 2> /dev/null && echo yes || echo no'
check '/proc/timer_list is masked' mask 0 inside 'cat /proc/timer_list | head -c 1 | wc -c'
check 'the root is read-only' seal no inside --read-only '(: >> /.made) 2> /dev/null && echo yes || echo no'
# Each of the five sets; the caller has something in each of them. Not with --init: there it is
# fork that passes them on, and not execve.
for set in CapBnd CapPrm CapEff; do
    check "$set is the default" capabilities 00000000a00425fb inside "$(status $set)"
done
for set in CapInh CapAmb; do
    check "$set is empty, whatever the caller has" capabilities 0000000000000000 \
        "$hostile" caps sh -c "$red run \$OFF $root sh -c '$(status $set)'"
done
check 'no new privileges' no-new-privileges 1 inside "$(status NoNewPrivs)"
check 'a filter refuses what no capability is needed for' install-filter refused \
    inside 'unshare -U true 2> /dev/null && echo done || echo refused'
check 'a filter or a capability refuses a namespace' install-filter,capabilities refused \
    inside 'unshare -i true 2> /dev/null && echo done || echo refused'
check 'the cgroup tree begins at ours' cgroup-namespace other \
    inside "[ \$(readlink /proc/self/ns/cgroup) = '$(readlink /proc/self/ns/cgroup)' ] && echo same || echo other"
check 'the host name is its own' hostname container inside 'hostname'
check 'root inside is a user outside' maps '0 0 1' \
    inside --rootless 'set -- $(cat /proc/self/uid_map); echo "$*"'
check 'PID 1 of --init has no directory and no pipe of the engine' close 0 \
    inside --cap-add SYS_PTRACE --init 'sleep 0.1; ls -l /proc/1/fd | grep -v " [012] -> " | grep -c -e "-> /" -e pipe:'
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
dies() # dies FIRST ARGUMENT... - FIRST: what is killed before the engine; none, or its guardian
{
    first=$1
    shift
    $red run $OFF "$@" 2> /dev/null &
    engine=$!
    sleep 0.3
    read -r program guardian < /proc/$engine/task/$engine/children
    [ $first = none ] || kill -9 $guardian
    kill -9 $engine
    wait $engine 2> /dev/null
    sleep 0.2
    [ -r "/proc/$program/exe" ] || [ -d "/proc/$program/task" ] &&
        grep -q -v Z "/proc/$program/stat" 2> /dev/null && kill -9 $program && echo alive && return
    echo dead
}
check 'kill -9 of the engine ends the program, also when nobody watches' leash dead \
    dies guardian --user 1000 "$root" sleep 31
check 'kill -9 of the engine ends a program that has changed its user' guardian dead \
    dies none "$root" sh -c 'exec su nobody -s /bin/sh -c "exec sleep 31"'

for step in $($red steps); do
    case $covered in
    *" $step "*) ;;
    *) echo "$step: no check of its own"; failed=1 ;;
    esac
done
[ $failed = 0 ] && echo 'all protections hold, and each one is needed'
exit $failed
