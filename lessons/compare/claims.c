/* claims.c - the twelve claims, as one hears them, and the price list behind them. */
#include "compare.h"

const struct claim claims[] = {
    {
        .id = "resources",
        .title = "Resources",
        .heard = "A virtual machine wastes gigabytes; a container costs nothing.",
        .prediction =
            "How much memory does one of each take beside the program in it? And ten?",
        .experiment =
            "`sleep` runs 1, 10 and 50 times (a machine once, with --quick) in each "
            "kind, idle. The kernel's count for their cgroup is read, and the fair "
            "share (PSS) of their processes; then the processor time that they use "
            "while nothing happens.",
        .measure = measure_resources,
        .quick_seconds = 7,
        .seconds = 180,
    },
    {
        .id = "isolation",
        .title = "Isolation",
        .heard = "Containers share the host's kernel; a virtual machine has its own.",
        .prediction =
            "Which kernel answers `uname` in each, and how many of a program's system "
            "calls does the host's kernel see?",
        .experiment =
            "One program asks for the kernel, its boot id and all processes, in each "
            "kind, while a process of the host waits to be seen. Then the system "
            "calls of `ls -l /` are counted where they arrive.",
        .measure = measure_isolation,
        .quick_seconds = 6,
        .seconds = 6,
    },
    {
        .id = "portability",
        .title = "Portability",
        .heard = "A container runs anywhere.",
        .prediction =
            "Which of the two still runs for an ordinary user, with a program that "
            "asks much of the kernel, on another processor, on another host?",
        .experiment =
            "The same root file system and the same machine image are started as they "
            "are, by an ordinary user, with a program that mounts a file system, and "
            "with one for another processor. Then as they are on another host: the "
            "lab machine, or the one around it; there the machine's image in QEMU, "
            "too.",
        .measure = measure_portability,
        .quick_seconds = 3,
        .seconds = 3,
    },
    {
        .id = "boot",
        .title = "Boot time",
        .heard = "A container starts at once; a virtual machine takes minutes.",
        .prediction = "How long from the start to the end of `true`, in each?",
        .experiment =
            "A script that prints a line and ends runs as a process, in a container "
            "and in a virtual machine, in turn, with one round to warm up that does "
            "not count.",
        .measure = measure_boot,
        .quick_seconds = 7,
        .seconds = 57,
    },
    {
        .id = "hardware",
        .title = "Hardware",
        .heard = "Virtual machines need special hardware.",
        .prediction = "What must the host offer to each?",
        .experiment =
            "What `boxwork doctor` finds out by trying, and which of the two needs it. "
            "Then each is started where /dev/kvm is hidden.",
        .measure = measure_hardware,
        .quick_seconds = 1,
        .seconds = 1,
    },
    {
        .id = "scaling",
        .title = "Scaling",
        .heard = "Containers scale to thousands in seconds; virtual machines do not.",
        .prediction =
            "How many of each can be started in a second, one after the other and at "
            "once?",
        .experiment =
            "Ten of each (two machines; in full 20 of all) are started in a row, then "
            "at once.",
        .measure = measure_scaling,
        .quick_seconds = 6,
        .seconds = 85,
    },
    {
        .id = "security",
        .title = "Security",
        .heard = "Containers do not contain.",
        .prediction = "Which attacks of the course reach the host from inside each?",
        .experiment =
            "One program tries the attacks of the course, as root, in each kind; "
            "whether the host was reached is looked at from the host. Then the doors "
            "are counted.",
        .measure = measure_security,
        .quick_seconds = 1,
        .seconds = 1,
    },
    {
        .id = "dependencies",
        .title = "Dependencies",
        .heard = "Containers end the trouble with versions.",
        .prediction = "Can two versions of a library run side by side? Two kernels?",
        .experiment =
            "A program is run with version 1 and with version 2 of its library at the "
            "same path, at the same time; then kernels are counted by their boot ids.",
        .measure = measure_dependencies,
        .quick_seconds = 3,
        .seconds = 3,
    },
    {
        .id = "management",
        .title = "Management",
        .heard = "A virtual machine is one more system to patch; a container is not.",
        .prediction = "What is in each image that somebody must keep up to date?",
        .experiment =
            "Files, programs, packages and kernels are counted in the two images.",
        .measure = measure_management,
        .quick_seconds = 1,
        .seconds = 1,
    },
    {
        .id = "storage",
        .title = "Storage",
        .heard = "Images of virtual machines are huge; containers share their layers.",
        .prediction = "How many bytes on disk do one and ten instances take?",
        .experiment =
            "The blocks of the image are counted, for 1 and 10 instances that share "
            "it, and for instances with a copy each.",
        .measure = measure_storage,
        .quick_seconds = 1,
        .seconds = 1,
    },
    {
        .id = "backup",
        .title = "Backup",
        .heard = "A virtual machine is easy to back up: it is one file.",
        .prediction =
            "What must be copied to bring each back elsewhere, and how long does it "
            "take?",
        .experiment =
            "Each image is packed, unpacked at another place, and started from there.",
        .measure = measure_backup,
        .quick_seconds = 3,
        .seconds = 3,
    },
    {
        .id = "workflow",
        .title = "Workflow",
        .heard = "With containers one works faster.",
        .prediction =
            "How long from a changed line of source to the program running again?",
        .experiment =
            "A program in assembly is changed, assembled, linked, put into each image "
            "and run there.",
        .measure = measure_workflow,
        .quick_seconds = 6,
        .seconds = 16,
    },
    {
        .id = "costs",
        .title = "The price of small things",
        .heard = "A virtual machine is slower.",
        .prediction =
            "How many times as much as in a plain process does a system call, a page "
            "fault, a message or a read cost in each?",
        .experiment =
            "One static program measures itself in each kind, in turn, several times.",
        .measure = measure_costs,
        .quick_seconds = 2,
        .seconds = 26,
    },

};

const size_t claim_count = sizeof claims / sizeof *claims;
