# cut.awk - cuts a lab from a solution, or lists the functions that a lab asks for.
#
#     awk -f labs/cut.awk            solutions/c02-chroot/chroot.c    the lab
#     awk -f labs/cut.awk -v only=F  solutions/c02-chroot/chroot.c    only F cut out
#     awk -f labs/cut.awk -v list=1  solutions/c02-chroot/chroot.c    "FUNCTION STEP POINTS FILE"
#
# A function is cut when the comment above it carries the tag "@lab STEP @points N". It
# starts at the comment and ends at the first "}" in column one. Its body becomes LAB_TODO
# and a return value that means failure; comments of the body that start with a number
# ("/* 1. ... */") stay, as an outline. All else is copied as it stands.

function value_after(tag, text,    words, n, i)
{
    n = split(text, words, /[ \t]+/)
    for (i = 1; i < n; i++)
        if (words[i] == tag)
            return words[i + 1]
    return ""
}

# The name of a function: the word before the first "(".
function name_of(signature)
{
    sub(/\(.*/, "", signature)
    sub(/.*[ *]/, "", signature)
    return signature
}

# What a function of this type returns to say that it failed.
function failure_of(signature)
{
    sub(/[A-Za-z0-9_]+\(.*/, "", signature)
    if (signature ~ /\*/)
        return "NULL"
    if (signature ~ /^void /)
        return ""
    if (signature ~ /^bool /)
        return "false"
    if (signature ~ /^(size_t|uint[0-9]+_t|unsigned) /)
        return "0"
    return "-1"
}

function end_outline(    value)
{
    value = failure_of(signature)
    print "    LAB_TODO(\"" step "\", " name ");"
    if (value != "")
        print "    return " value ";"
    print "}"
}

# The lab needs lab.h: it is included behind the last #include of the file's head.
function copy(line)
{
    if (!list)
        print line
}

FNR == 1 { file = FILENAME; sub(/.*\//, "", file) }

/^\/\*/ { step = ""; points = "" }
/@lab /    && state == "" { step = value_after("@lab", $0) }
/@points / && state == "" { points = value_after("@points", $0) }

# A blank line between the comment and a function ends the claim of the comment.
state == "" && /^$/ { step = "" }

state == "" && step != "" && /^[A-Za-z].*\(/ { state = "signature"; signature = "" }

state == "signature" {
    if ($0 == "{") {
        name = name_of(signature)
        if (list) {
            print name, step, (points == "" ? 0 : points), file
            state = "copied"
        } else if (only != "" && only != name) {
            state = "copied"
        } else {
            print
            state = "cut"
            next
        }
    } else {
        signature = signature $0
    }
    if ($0 ~ /;$/) { state = ""; step = "" }
}

state == "copied" { copy($0); if ($0 == "}") { state = ""; step = "" } next }

state == "cut" {
    if ($0 == "}") { end_outline(); state = ""; step = ""; next }
    if ($0 ~ /^ +\/\* [0-9]+\. /) outline = 1
    if (outline) {
        sub(/^ +\/\*/, "    /*")
        sub(/^ +\*/, "     *")
        print
    }
    if ($0 ~ /\*\//) outline = 0
    next
}

{ copy($0) }

# The include of lab.h goes to where the solution says "#include ... /* the contract */".
/^#include "/ && !list && !included {
    print "#include \"lab.h\""
    included = 1
}
