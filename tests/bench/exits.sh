# exits.sh - an exit of a virtual machine, answered by mini-hypervisor and by a bare loop
#
# On this host, where a real-mode guest is all that it takes.
build/bench/exits
