/* tell.c - what a program can find out about where it runs.
 *
 * It asks the kernel, and has no other source: so a container and its host give the same boot
 * id, and a virtual machine another one. Prints a line for each answer: a word, a blank, the
 * answer; among them, how many processes called "neighbour" it sees: one of the host's is.
 *
 * Read on: uname(2), proc(5), random(4) on boot_id.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The first line of a file; "" when it cannot be read. */
static const char *line_of(const char *path)
{
    static char line[512];
    FILE *file = fopen(path, "re");
    line[0] = '\0';
    if (file != NULL) {
        if (fgets(line, sizeof line, file) == NULL)
            line[0] = '\0';
        (void)fclose(file); /* it was only read */
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

/* Looks at each process that /proc shows. */
static void processes(void)
{
    int seen = 0, kernel = 0, neighbours = 0;
    char path[300];
    DIR *all = opendir("/proc");
    for (struct dirent *entry; all != NULL && (entry = readdir(all)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        seen++;
        (void)snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        neighbours += strcmp(line_of(path), "neighbour") == 0;
        /* A thread of the kernel has no program, and so an empty command line. */
        (void)snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        kernel += line_of(path)[0] == '\0';
    }
    if (all != NULL)
        (void)closedir(all); /* it was only read */
    printf("processes %d\nkernel-threads %d\nneighbours %d\n", seen, kernel, neighbours);
}

/* Under a hypervisor the processor says so, and whose it is: leaf 0x40000000 of CPUID. */
static void hypervisor(void)
{
    unsigned a, b, c, d;
    char name[13] = "";
    if (__get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 31)) != 0) {
        __cpuid(0x40000000, a, b, c, d);
        memcpy(name, &b, 4);
        memcpy(name + 4, &c, 4);
        memcpy(name + 8, &d, 4);
    }
    printf("hypervisor %s\n", name[0] != '\0' ? name : "none");
}

int main(void)
{
    struct utsname name;
    if (uname(&name) == 0)
        printf("hostname %s\nrelease %s\n", name.nodename, name.release);
    printf("version %s\n", line_of("/proc/version"));
    printf("boot-id %s\n", line_of("/proc/sys/kernel/random/boot_id"));
    printf("uptime %s\n", line_of("/proc/uptime"));
    printf("pid %d\nuid %d\n", (int)getpid(), (int)getuid());
    processes();
    hypervisor();
    return fflush(stdout) == 0 ? 0 : 1;
}
