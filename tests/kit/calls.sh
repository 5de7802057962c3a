# calls.sh - `calls WORD` shows what the word did, leaves out what it did not do, and is gone
# afterwards.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
failed=0

expect() # expect WHAT FILE PATTERN - a line of FILE matches
{
    grep -q -e "$3" "$2" && return
    echo "expected $1: no line of this matches $3:"
    sed 's/^/    /' "$2"
    failed=1
}

refuse() # refuse WHAT FILE PATTERN - no line of FILE matches
{
    grep -q -e "$3" "$2" || return 0
    echo "did not expect $1:"
    grep -n -e "$3" "$2" | sed 's/^/    /'
    failed=1
}

build/c04 > "$work/spawn" 2>&1 <<'END'
calls spawn web --uts sleep 1000
END
expect 'the clone, by the session' "$work/spawn" '^here .*clone3\?({\?.*CLONE_NEW'
expect 'the name, set by the child' "$work/spawn" '^[0-9][0-9]* *sethostname("web", 3) = 0'
expect 'the program' "$work/spawn" '^[0-9][0-9]* *execve(.*/sleep", \["sleep", "1000"\]'
expect 'what the word itself says' "$work/spawn" '^web is process'
refuse 'the memory of the C library' "$work/spawn" '\<mmap('
refuse 'what sleep(1) does to start' "$work/spawn" 'ld.so.cache'
refuse 'the tutor, or marks' "$work/spawn" 'marks calls'

# the box lives on, untraced, and so does the session
build/c04 > "$work/after" 2>&1 <<'END'
calls spawn web sleep 1000
$ for p in $(pgrep -P $PPID); do grep -h -e '^Name' -e '^TracerPid' /proc/$p/status; done
$ grep TracerPid /proc/$PPID/status
kill web
END
expect 'a box that lives' "$work/after" '^web: ended by signal 9'
refuse 'a tracer' "$work/after" '^TracerPid:.[1-9]'
expect 'a look at the tracers' "$work/after" '^TracerPid:.0'
refuse 'strace itself' "$work/after" '^Name:.strace'

build/c04 > "$work/all" 2>&1 <<'END'
spawn web --uts sleep 1000
calls --all in web true
END
expect 'the programs own calls, with --all' "$work/all" 'ld.so.cache'

# c08's `call` makes one: the name of a constant that it does not know is not passed as a text
build/c08 > "$work/call" 2>&1 <<'END'
spawn web sleep 1000
call web open /etc/passwd O_RDONLY
call web open some_file 0
END
expect 'a name that is not known' "$work/call" '^call: O_RDONLY: is not known here'
expect 'a text with a line in it' "$work/call" '^open(some_file, 0): ENOENT'

# one word on the command line; and where strace is missing, one line
build/c01 calls boxes > "$work/line" 2>&1 || { echo "calls boxes: status $?"; failed=1; }
expect 'that nothing was worth showing' "$work/line" 'no system call worth showing\|^here'
mkdir "$work/bin"
PATH=$work/bin build/c01 calls boxes > "$work/none" 2>&1
[ $? = 1 ] || { echo 'without strace: not status 1'; failed=1; }
expect 'what to install' "$work/none" '^calls: strace: .*: apt-get install strace$'
build/c01 calls > "$work/usage" 2>&1
[ $? = 2 ] || { echo 'calls alone: not status 2'; failed=1; }
exit $failed
