# hypervisor-real.sh - `mini-hypervisor run --real`: what it does, and what bad input gets.
#
# Exit status 0: all as expected. Needs /dev/kvm; where there is none, that is a failure: run it
# in the lab machine.
set -u
hypervisor=build/mini-hypervisor guests=build/guests/real failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect STATUS PART COMMAND...: the exit status, and a part of its output (stdout and stderr).
expect()
{
    status=$1 part=$2
    shift 2
    "$@" > "$work/output" 2>&1 < "${input:-/dev/null}"
    got=$?
    if [ "$got" != "$status" ] || ! grep -qF -e "$part" "$work/output"; then
        echo "$*: expected status $status and \"$part\", got $got and:" >&2
        cat "$work/output" >&2
        failures=$((failures + 1))
    fi
}

printf 'abc\n' > "$work/typed"
: > "$work/empty"
head -c 70000 /dev/zero > "$work/long"

expect 0 'hello, real mode' $hypervisor run --real $guests/hello.bin
expect 0 'sent as a string' $hypervisor run --real $guests/string.bin
input=$work/typed
expect 0 'abc' $hypervisor run --real $guests/echo.bin
input=/dev/null
expect 0 'KVM_EXIT_IO 17, KVM_EXIT_HLT 1' $hypervisor run --real $guests/hello.bin --stats
expect 0 'first output after 0.' $hypervisor run --real $guests/hello.bin --stats
expect 0 'KiB of the guest' $hypervisor run --real $guests/hello.bin --stats
expect 0 'KVM_EXIT_IO  out to 0x3f8, 1 of 1 byte' $hypervisor run --real $guests/hello.bin --trace exits
expect 2 '--trace calls: must be exits' $hypervisor run --real $guests/hello.bin --trace calls
expect 0 'exits: KVM_EXIT_HLT 1' $hypervisor run --real $guests/count.bin --stats
expect 0 'hello, real mode' $hypervisor run --real $guests/hello.bin --memory 2G
expect 0 'realmode_run: ' $hypervisor --version

expect 1 'KVM_EXIT_MMIO (6): write of 1 byte to 0x100000' \
    $hypervisor run --real $guests/outside.bin
expect 1 'still running after 0.2 s' $hypervisor run --real $guests/forever.bin --timeout 0.2
expect 1 'nowhere.bin: No such file' $hypervisor run --real nowhere.bin
expect 1 'Is a directory' $hypervisor run --real /tmp
expect 1 'it is empty' $hypervisor run --real "$work/empty"
expect 1 'at most 64 KiB' $hypervisor run --real "$work/long"
expect 1 'bigger --memory' $hypervisor run --real $guests/hello.bin --memory 4K
expect 1 'No space left' sh -c "$hypervisor run --real $guests/hello.bin > /dev/full"
expect 2 '--memory 5000' $hypervisor run --real $guests/hello.bin --memory 5000
expect 2 '--memory -1' $hypervisor run --real $guests/hello.bin --memory -1
expect 2 '--timeout nan' $hypervisor run --real $guests/hello.bin --timeout nan
expect 2 'run: no FILE' $hypervisor run
expect 2 'run: --bogus: no such option' $hypervisor run --real $guests/hello.bin --bogus
expect 2 'run: --memory: ' $hypervisor run --real $guests/hello.bin --memory
expect 2 'run: hello: ' $hypervisor run --real $guests/hello.bin hello
expect 2 'no such command' $hypervisor walk
printf 'create\nmemory 64K\nmem 0500\n' > "$work/typed"
expect 1 'mem: 0500: must be an address' sh -c "build/h01 < $work/typed"

# A signal ends it with 128 + its number, and the guest with it.
for signal in INT:130 TERM:143; do
    $hypervisor run --real $guests/forever.bin 2> "$work/output" &
    sleep 0.3
    kill -s "${signal%:*}" $!
    wait $!
    [ $? = "${signal#*:}" ] || { echo "SIG$signal is not its exit status" >&2; failures=1; }
done

exit $((failures != 0))
