# completion.bash - completion of boxwork for bash. The words come from boxwork itself.
#
#     source lessons/course/completion.bash

_boxwork()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} program
    program=$(command -v -- "${COMP_WORDS[0]/#\~/$HOME}") || return
    case $previous in
    --format)
        COMPREPLY=($(compgen -W 'text json tap junit' -- "$current")); return ;;
    --output|--module|--out|export|import)
        compopt -o filenames
        COMPREPLY=($(compgen -f -- "$current")); return ;;
    esac
    COMPREPLY=($(compgen -W "$("$program" complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" \
        -- "$current"))
}
complete -F _boxwork boxwork
