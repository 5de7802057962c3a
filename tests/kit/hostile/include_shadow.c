/* Has the compiler read what only the grader may: a file of the host. */
#include "/etc/passwd"
