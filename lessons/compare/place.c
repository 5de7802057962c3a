/* place.c - where the figures come from: processor, kernel, and what kind of KVM there is.
 *
 * A figure of an emulated processor says nothing about a real one, so the report begins with
 * this. KVM is native on a processor's own virtualization; nested when this Linux is itself a
 * guest of another hypervisor; emulated when the processor below is a program (QEMU's TCG),
 * which gives its name away in CPUID.
 *
 * Read on: proc(5) on cpuinfo; the hypervisor leaves of CPUID from 0x40000000.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "compare.h"

/* The value of the first line "NAME : VALUE" of /proc/cpuinfo. */
static void cpu_value(const char *name, char *value, size_t size)
{
    char line[4096];
    FILE *file = fopen("/proc/cpuinfo", "re");
    (void)snprintf(value, size, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, name, strlen(name)) != 0 || colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        (void)snprintf(value, size, "%s", colon + 2);
        break;
    }
    if (file != NULL)
        (void)fclose(file); /* it was only read */
}

/* The name of the hypervisor below, as CPUID has it; "" for none. */
static void hypervisor_below(char name[13])
{
    unsigned a, b, c, d;
    memset(name, 0, 13);
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (1u << 31)) == 0)
        return;
    __cpuid(0x40000000, a, b, c, d);
    memcpy(name, &b, 4);
    memcpy(name + 4, &c, 4);
    memcpy(name + 8, &d, 4);
}

json_t *place_json(void)
{
    struct utsname name = {.release = "unknown"};
    char cpu[256], below[13];
    hypervisor_below(below);
    cpu_value("model name", cpu, sizeof cpu);
    (void)uname(&name); /* it cannot fail with this argument */
    const char *kvm = access("/dev/kvm", R_OK | W_OK) == -1 ? "none"
                      : strncmp(below, "TCG", 3) == 0       ? "emulated"
                      : below[0] != '\0'                    ? "nested"
                                                            : "native";
    double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    return json_pack("{s:s, s:i, s:s, s:f, s:s, s:s}", "cpu", cpu, "cpus",
                     (int)sysconf(_SC_NPROCESSORS_ONLN), "kernel", name.release, "memory",
                     memory, "kvm", kvm, "below", below);
}
