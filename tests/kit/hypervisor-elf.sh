# hypervisor-elf.sh - `mini-hypervisor run --elf`, and what --kernel says before it boots: files that
# lie, guests that do not end.
#
# Exit status 0: all as expected. Needs /dev/kvm, as hypervisor-real.sh.
set -u
hypervisor=build/mini-hypervisor guests=build/guests/long failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect STATUS PART COMMAND...: the exit status, and a part of its output (stdout and stderr).
expect()
{
    status=$1 part=$2
    shift 2
    timeout -s KILL 20 "$@" > "$work/output" 2>&1 < /dev/null
    got=$?
    if [ "$got" != "$status" ] || ! grep -qF -e "$part" "$work/output"; then
        echo "$*: expected status $status and \"$part\", got $got and:" >&2
        cat "$work/output" >&2
        failures=$((failures + 1))
    fi
}

# guest NAME LINKER-OPTIONS: a program of the instructions on stdin.
guest()
{
    name=$1
    shift
    { echo '.globl _start; .text; _start:'; cat; } | as --64 -o "$work/$name.o" - &&
        ld -m elf_x86_64 -e _start "$@" -o "$work/$name.elf" "$work/$name.o" || failures=1
}

echo 'jmp _start' | guest spins -Ttext=0x200000
echo 'out %al, $0x80; jmp _start' | guest exits -Ttext=0x200000
echo 'hlt; .section .stack, "aw"; .long 1' | guest stack -Ttext=0x200000 --section-start=.stack=0x7fffffef0000
: > "$work/empty"
head -c 40 "$work/spins.elf" > "$work/short"
mkfifo "$work/pipe"

expect 42 'hello from 64 bits' $hypervisor run --elf $guests/hello.elf
expect 42 'first output after 0.' $hypervisor run --elf $guests/hello.elf --stats
expect 0 'tick 5' $hypervisor run --elf $guests/tick.elf
expect 1 'too short for an ELF file' $hypervisor run --elf "$work/short"
expect 1 'it is empty' $hypervisor run --elf "$work/empty"
expect 1 'not a regular file' $hypervisor run --elf "$work/pipe"
expect 1 'not a regular file' $hypervisor run --kernel "$work/pipe"
expect 1 'not a regular file' $hypervisor run --kernel /dev/zero
expect 1 'neither a bzImage nor an ELF file' $hypervisor run --kernel build/guests/linux/initrd
expect 1 'use a bigger --memory' $hypervisor run --elf $guests/hello.elf --memory 64K
expect 1 'use a bigger --memory' $hypervisor run --kernel build/guests/linux/vmlinuz --memory 16K
expect 2 'a machine has one of them' $hypervisor run --elf "$work/short" --kernel "$work/short"

# A guest that never exits, and one that does nothing else. A tick is due nearly all the time, and
# what shall end the guest must not be taken for a reminder of the tick.
for guest in spins exits; do
    command="$hypervisor run --elf $work/$guest.elf"
    expect 1 'still running after 0.3 s' $command --timeout 0.3
    expect 130 'stopped by a signal' timeout --preserve-status -s INT 0.3 $command
    expect 143 'stopped by a signal' timeout --preserve-status -s TERM 0.3 $command
done

# Nor does a guest go on that waits because nobody reads what it has to say.
guest talks -Ttext=0x200000 << 'END'
movl $1, call; movl $text, call + 8; movl $4096, call + 16
mov $call, %eax; mov $0x5b0, %dx; out %eax, %dx; jmp _start
.data; .balign 8; call: .quad 0, 0, 0, 0; text: .fill 4096
END
{ $hypervisor run --elf "$work/talks.elf" --timeout 0.3 2> "$work/output"; echo $? > "$work/ended"; } |
    sleep 3 &
sleep 1.5
if [ "$(cat "$work/ended")" != 1 ] || ! grep -q 'still running after 0.3 s' "$work/output"; then
    echo 'a guest that waits for its output is not stopped by --timeout' >&2
    failures=$((failures + 1))
fi
wait

# Nor in the session of lesson h06, in which somebody has turned the clock on.
printf 'elf %s\ntick 10\nrun 0.3\n' "$work/spins.elf" > "$work/typed"
expect 0 'stopped by the alarm at 0x200000' sh -c "build/h06 < $work/typed"

exit $((failures != 0))
