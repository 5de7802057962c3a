# chroot.sh - what the page of c02-chroot leaves open, as it differs for root and for others:
# who wins each attack; and the exit statuses of mini-container run.
set -u
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# expect WHAT WANTED SHOWN
expect()
{
    [ "$2" = "$3" ] && return
    echo "$1: expected \"$2\", shown \"$3\""
    failed=1
}

if [ "$(id -u)" = 0 ]; then
    out_held='OUT held' out_other='OUT held'
else
    out_held='not tried: not tried:' out_other='OUT not tried:'
fi
for attack in cwd:'OUT held' descriptor:'OUT held' groups:"$out_held" user:"$out_held" \
              chroot:"$out_other"; do
    build/c02 attack "${attack%%:*}" build/rootfs > "$log" 2>&1
    expect "the status of attack ${attack%%:*}" 0 $?
    verdicts=$(grep -o -E '^  (OUT|held|not tried:)' "$log" | tr -s '\n ' ' ')
    expect "attack ${attack%%:*}" " ${attack#*:} " "$verdicts"
done

# status WANTED ARGUMENT... - the exit status of mini-container with these arguments
status()
{
    wanted=$1
    shift
    build/mini-container "$@" > "$log" 2>&1
    expect "the status of mini-container $*" "$wanted" $?
}
status 0 --help
wide=$(build/mini-container --help | awk 'length > 80')
expect 'lines of --help that do not fit into 80 columns' '' "$wide"
status 0 --version
status 0 run build/rootfs true
status 3 run build/rootfs sh -c 'exit 3'
status 137 run --chroot build/rootfs sh -c 'kill -9 $$'
status 127 run build/rootfs nothing
status 126 run build/rootfs /etc/passwd
status 125 run build/nowhere true
status 2
status 2 nothing
status 2 run
status 2 run build/rootfs
status 125 run --user no-such build/rootfs true
status 2 run --user 4294967295 build/rootfs true
status 2 run --user 1: build/rootfs true
status 2 run --nothing build/rootfs true
status 2 run --chroot --read-only build/rootfs true
status 2 run --memory 32M --user 0 --chroot build/rootfs true

left=$(ls -A build/rootfs | tr '\n' ' ')
expect 'what is in build/rootfs' '.made bin dev etc home proc root sys tmp ' "$left"
[ $failed = 0 ] && echo 'all as expected'
exit $failed
