# exits.sh - an exit of a virtual machine, answered by mini-hypervisor and by a bare loop
#
# On this host, where a real-mode guest is all that it takes, and in the lab machine.
set -u
echo '  here:'
build/bench/exits || exit 1
echo '  in the lab machine:'
build/boxwork machine -- build/bench/exits
