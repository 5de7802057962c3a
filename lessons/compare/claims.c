/* claims.c - the twelve claims, as one hears them, and the price list behind them. */
#include "compare.h"

const struct claim claims[] = {
    {"resources", "Resources",
     "A virtual machine wastes gigabytes; a container costs nothing.",
     "How much memory does one of each take beside the program in it? And ten?",
     "`sleep` runs 1, 10 and 50 times (a machine once, with --quick) in each kind, idle. "
     "The "
     "kernel's "
     "count for their cgroup is read, and the fair share (PSS) of their processes; then "
     "the "
     "processor time that they use while nothing happens.",
     measure_resources, 10, 150, NULL},
    {"isolation", "Isolation",
     "Containers share the host's kernel; a virtual machine has its own.",
     "Which kernel answers `uname` in each, and how many of a program's system calls "
     "does the "
     "host's kernel see?",
     "One program asks for the kernel, its boot id and all processes, in each kind, "
     "while a "
     "process of the host waits to be seen. Then the system calls of `ls -l /` are "
     "counted "
     "where they arrive.",
     measure_isolation, 12, 14, NULL},
    {"portability", "Portability", "A container runs anywhere.",
     "Which of the two still runs for an ordinary user, with a program that asks much of "
     "the "
     "kernel, on another processor?",
     "The same root file system and the same machine image are started as they are, by "
     "an "
     "ordinary user, with a program that mounts a file system, and with one for another "
     "processor.",
     measure_portability, 4, 6, NULL},
    {"boot", "Boot time", "A container starts at once; a virtual machine takes minutes.",
     "How long from the start to the end of `true`, in each?",
     "A script that prints a line and ends runs as a process, in a container and in a "
     "virtual "
     "machine, in turn, with one round to warm up that does not count.",
     measure_boot, 14, 40, NULL},
    {"hardware", "Hardware", "Virtual machines need special hardware.",
     "What must the host offer to each?",
     "What `boxwork doctor` finds out by trying, and which of the two needs it.",
     measure_hardware, 1, 1, NULL},
    {"scaling", "Scaling",
     "Containers scale to thousands in seconds; virtual machines do not.",
     "How many of each can be started in a second, one after the other and at once?",
     "Ten of each (two machines; in full 20 of all) are started in a row, then at once.",
     measure_scaling, 14, 140, NULL},
    {"security", "Security", "Containers do not contain.",
     "Which attacks of the course reach the host from inside each?",
     "One program tries the attacks of the course, as root, in each kind; whether the "
     "host was "
     "reached is looked at from the host. Then the doors are counted.",
     measure_security, 6, 8, NULL},
    {"dependencies", "Dependencies", "Containers end the trouble with versions.",
     "Can two versions of a library run side by side? Two kernels?",
     "A program is run with version 1 and with version 2 of its library at the same "
     "path, at "
     "the same time; then kernels are counted by their boot ids.",
     measure_dependencies, 4, 4, NULL},
    {"management", "Management",
     "A virtual machine is one more system to patch; a container is not.",
     "What is in each image that somebody must keep up to date?",
     "Files, programs, packages and kernels are counted in the two images.",
     measure_management, 1, 1, NULL},
    {"storage", "Storage",
     "Images of virtual machines are huge; containers share their layers.",
     "How many bytes on disk do one and ten instances take?",
     "The blocks of the image are counted, for 1 and 10 instances that share it, and for "
     "instances with a copy each.",
     measure_storage, 2, 2, NULL},
    {"backup", "Backup", "A virtual machine is easy to back up: it is one file.",
     "What must be copied to bring each back elsewhere, and how long does it take?",
     "Each image is packed, unpacked at another place, and started from there.",
     measure_backup, 5, 8, NULL},
    {"workflow", "Workflow", "With containers one works faster.",
     "How long from a changed line of source to the program running again?",
     "A program in assembly is changed, assembled, linked, put into each image and run "
     "there.",
     measure_workflow, 8, 24, NULL},
    {"costs", "The price of small things", "A virtual machine is slower.",
     "How many times as much as in a plain process does a system call, a page fault, a "
     "message "
     "or a read cost in each?",
     "One static program measures itself in each kind, in turn, several times.",
     measure_costs, 6, 30, NULL},
};

const size_t claim_count = sizeof claims / sizeof *claims;
