# engine.sh - mini-container run from outside: options, exit statuses, signals.
#
# @machine: it runs there, too.
set -u
engine=build/mini-container root=build/rootfs failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# status WANTED ARGUMENT... - the exit status of `run`; what it printed is in $log
status()
{
    wanted=$1
    shift
    timeout 20 $engine run "$@" > "$log" 2>&1 < /dev/null
    shown=$?
    [ "$shown" = "$wanted" ] && return
    echo "run $*: expected $wanted, shown $shown:"
    cat "$log"
    failed=1
}

# prints WANTED ARGUMENT... - the last line that `run` prints
prints()
{
    wanted=$1
    shift
    shown=$(timeout 20 $engine run "$@" 2>&1 < /dev/null | tail -n 1 | tr -s ' ')
    [ "$shown" = "$wanted" ] && return
    echo "run $*: expected \"$wanted\", shown \"$shown\""
    failed=1
}

status 0 $root true
status 7 $root sh -c 'exit 7'
status 137 $root sh -c 'sh -c "kill -9 \$\$"; exit $?'
status 139 --init $root sh -c 'kill -SEGV $$'
status 127 $root nothing
status 126 $root /etc/passwd
status 126 $root /etc
status 125 build/nowhere true
status 125 --workdir /nowhere $root true
status 125 --volume /nowhere:/x $root true
status 124 --timeout 0.3 $root sleep 20
# Limits where there is nobody to hold them: said, and the program is not run.
grep -q pids /sys/fs/cgroup/cgroup.controllers 2> /dev/null || status 125 --pids 20 $root true
for wrong in --memory=0 --memory=-1 --memory=0x5 --memory=1Z --memory=99999999999T --pids=0 \
             --pids=1.5 --cpus=0 --cpus=nan --hostname= --hostname=a_b --user=-1 --user=4294967295 --user=: --user=a: --user=a:b:c \
             --workdir=x --volume=/a --volume=a:/b --volume=/a:/ --volume=/a:/b:x --env==x \
             --cap-add=nothing --seccomp=x --net=x --timeout=x --stop-at=exec --stop-at=x; do
    status 2 "$wrong" $root true
done

prints demo --hostname demo $root hostname
prints container $root hostname
prints b --env A=b $root sh -c 'echo $A'
prints / $root pwd
prints /tmp --workdir /tmp $root pwd
prints 1 $root sh -c 'echo $$'
prints 2 --init $root sh -c 'echo $$'
prints 'one volume' --volume "$PWD/$root/etc:/a/b/c" $root sh -c '[ -s /a/b/c/passwd ] && echo one volume'
prints 'read-only' --volume "$PWD/$root/etc:/tmp/e:ro" $root sh -c \
    '(: >> /tmp/e/passwd) 2> /dev/null || echo read-only'
prints 'c01 child exec execve' --explain $root true

# A terminal has 80 columns. An ellipsis is three bytes.
wide=$({ $engine --help; build/mini-hypervisor --help; $engine run --explain $root true 2>&1; } |
    sed 's/…/./g' | awk 'length > 80')
[ -z "$wide" ] || { echo "too wide for a terminal: $wide"; failed=1; }

rmdir $root/a/b/c $root/a/b $root/a 2> /dev/null # it was made for the volume, in the root
prints '00000000a00435fb' --cap-add net_admin $root sh -c \
    'while read n v; do [ $n = CapBnd: ] && echo $v; done < /proc/self/status'
prints '0000000000000001' --cap-drop all --cap-add chown $root sh -c \
    'while read n v; do [ $n = CapEff: ] && echo $v; done < /proc/self/status'
prints 159 --seccomp kill $root sh -c 'unshare -U true 2> /dev/null; echo $?'
prints 'uid=0(root) gid=0(root)' --rootless $root id
if [ "$(id -u)" = 0 ]; then
    prints 'uid=12 gid=34' --user 12:34 $root id
    prints 'uid=65534(nobody) gid=65534(nogroup)' --user nobody $root id
    prints 'uid=65534(nobody) gid=7' --user nobody:7 $root id
    prints 'uid=7 gid=65534(nogroup)' --user 7:nogroup $root id
    prints 'uid=0(root) gid=0(root)' --user root:root $root id
    # What an image can have in place of a good /etc/passwd: a line that is cut short, numbers that
    # are none, a link to the host's, a pipe that would wait for ever, no end.
    image=$(mktemp -d)
    chmod 755 "$image"
    cp -a $root/bin "$image/"
    mkdir "$image/etc"
    printf 'short:x\nnone:x:4294967295:0\nlarge:x:99999999999:0\nminus:x:-1:0\n:x:0:0\ngood:x:5:6:\n' \
        > "$image/etc/passwd"
    prints 'uid=5 gid=6' --user good "$image" id
    for name in short none large minus nobody good:good; do
        status 125 --user $name "$image" true
    done
    ln -sf /etc/shadow "$image/etc/passwd"
    status 125 --user root "$image" true
    rm "$image/etc/passwd"
    mkfifo "$image/etc/passwd"
    status 125 --user root "$image" true
    rm "$image/etc/passwd"
    tr '\0' x < /dev/zero | head -c 3000000 > "$image/etc/passwd"
    status 125 --user root "$image" true
    rm -rf "$image"
else
    status 125 --user 12 $root id
fi
# interrupt SIGNAL SECONDS ARGUMENT... - `run`, which gets SIGNAL then; returns its status. It runs
# in the foreground: a shell's background processes ignore SIGINT.
interrupt()
{
    signal=$1 seconds=$2
    shift 2
    : > "$pid"
    (until [ -s "$pid" ]; do :; done; sleep "$seconds"; kill -"$signal" "$(cat "$pid")") 2> /dev/null &
    killer=$!
    sh -c 'echo $$ > "$0"; exec "$@"' "$pid" $engine run "$@" > "$log" 2>&1 < /dev/null
    set -- $?
    wait $killer
    return "$1"
}
pid=$(mktemp)
trap 'rm -f "$log" "$pid"' EXIT

# A program that handles a signal gets it; one that does not is ended by it, also as PID 1.
for option in '' --init; do
    for each in INT:130 TERM:143 HUP:129 USR1:138; do
        interrupt ${each%:*} 1 $option $root sleep 20
        shown=$?
        [ $shown = ${each#*:} ] || { echo "$each $option: shown $shown"; failed=1; }
    done
    interrupt TERM 1 $option $root sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
    shown=$?
    [ $shown = 9 ] || { echo "a trap $option: expected 9, shown $shown"; failed=1; }
done

# A program that does not read what is typed does not stop the engine, nor does one whose output
# waits to be read until what is typed has been taken.
for program in 'sleep 20' 'cat'; do
    build/red/hostile paste $engine run --tty --timeout 2 $root $program
    shown=$?
    [ $shown = 124 ] || { echo "typed into $program: expected 124, shown $shown"; failed=1; }
done

# Output that nobody reads stops neither the engine's clock nor a signal, and what the program
# says at its end is its status.
unread()
{
    expected=$1
    shift
    build/red/hostile unread "$@"
    shown=$?
    [ $shown = $expected ] || { echo "unread $*: expected $expected, shown $shown"; failed=1; }
}
for where in pipe socket terminal; do
    unread 124 $where $engine run --tty --timeout 0.5 $root yes
    unread 143 $where sh -c "(sleep 0.7; kill \$\$) & exec $engine run --tty $root yes"
done
unread 3 pipe $engine run --tty --timeout 1.5 $root sh -c 'head -c 66000 /dev/zero; exit 3'

# Who stops to read our output does not leave the terminal as the program had it.
shown=$(build/red/hostile terminal sh -c "$engine run --tty $root yes | head -n 1; stty -a < /dev/fd/2 | grep -o '.icanon'" | tr -d '\r')
case $shown in
*-icanon*) echo "the terminal stays raw: $shown"; failed=1 ;;
*icanon*) ;;
*) echo "the terminal was not looked at: $shown"; failed=1 ;;
esac

[ $failed = 0 ] && echo 'all as expected'
exit $failed
