# course-completion.sh - what Tab offers for boxwork, asked as bash asks.
set -eu
top=$(pwd)
words() # words WORD... - the offers for the last word
{
    bash --norc -c '
        source "$1/lessons/course/completion.bash"
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _boxwork 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"' bash "$top" "$top/build/boxwork" "$@"
}
offers() # offers WANTED WORD... - is WANTED among them?
{
    wanted=$1
    shift
    words "$@" | grep -qxe "$wanted" || {
        echo "no $wanted for: boxwork $*; but: $(words "$@" | tr '\n' ' ')" >&2
        exit 1
    }
}

offers check che
offers doctor ''
offers --version --v
offers c02-chroot open c
offers h02-real-mode play h
offers --absent-is-reference check c02 --a
offers --module check c02-chroot --m
offers junit check c02 --format ju
offers status help st
offers chroot_enter hint c02 chroot_e
if words complete | grep -q .; then echo 'hidden commands are offered' >&2; exit 1; fi
cd "$top/lessons"
offers c02-chroot export c02-chr
