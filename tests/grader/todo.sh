# todo.sh OBJECT - the functions of OBJECT that still hold LAB_TODO, one a line (labs/lab.h).
set -eu
if objdump -h "$1" | grep -q ' lab_todo '; then
    names=$(mktemp)
    trap 'rm -f "$names"' EXIT
    objcopy --dump-section lab_todo="$names" "$1" /dev/null
    tr -s '\0' '\n' < "$names" | sed '/^$/d' | sort -u
fi
