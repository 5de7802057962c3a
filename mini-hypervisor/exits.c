/* exits.c - what a guest cost: its exits, its time, and our memory beside its own. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "kernel.h"

uint64_t exits_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void exits_count(struct exits *exits, const struct vcpu *vcpu, bool trace)
{
    const struct kvm_run *run = vcpu->run;
    unsigned kinds = sizeof exits->count / sizeof *exits->count;
    exits->count[run->exit_reason < kinds ? run->exit_reason : kinds - 1]++;
    bool out = run->exit_reason == KVM_EXIT_IO && run->io.direction == KVM_EXIT_IO_OUT;
    exits->writes += out;
    exits->reads += run->exit_reason == KVM_EXIT_IO && !out;
    if (!trace)
        return;
    double ms = (double)(exits_now() - exits->started) / 1e6;
    if (run->exit_reason == KVM_EXIT_IO)
        fprintf(stderr, "%10.3f ms  %s  %s 0x%x, %u of %u byte\r\n", ms,
                vcpu_exit_name(run->exit_reason), out ? "out to" : "in from",
                run->io.port, run->io.count, run->io.size);
    else if (run->exit_reason == KVM_EXIT_MMIO)
        fprintf(stderr, "%10.3f ms  %s  %s 0x%" PRIx64 ", %u byte\r\n", ms,
                vcpu_exit_name(run->exit_reason),
                run->mmio.is_write ? "write to" : "read from",
                (uint64_t)run->mmio.phys_addr, run->mmio.len);
    else
        fprintf(stderr, "%10.3f ms  %s\r\n", ms, vcpu_exit_name(run->exit_reason));
}

/* Adds up the KiB of the field "Rss:" of all mappings, and of those that are guest
 * memory. */
static int memory_used(const struct vm *vm, uint64_t *guest, uint64_t *beside)
{
    FILE *maps = fopen("/proc/self/smaps", "re");
    char line[512];
    bool is_guest = false;
    *guest = *beside = 0;
    if (maps == NULL)
        return -1;
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t start, end;
        uint64_t size;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2) {
            is_guest = false;
            for (unsigned i = 0; i < vm->slot_count; i++) {
                uintptr_t host = (uintptr_t)vm->slots[i].host;
                is_guest = is_guest || (start < host + vm->slots[i].size && end > host);
            }
        } else if (sscanf(line, "Rss: %" SCNu64, &size) == 1) {
            *(is_guest ? guest : beside) += size;
        }
    }
    (void)fclose(maps); /* it was only read */
    return 0;
}

void exits_print(const struct exits *exits, const struct vm *vm, uint64_t first_output)
{
    uint64_t guest, beside;
    const char *separator = "exits: ";
    for (uint32_t i = 0; i < sizeof exits->count / sizeof *exits->count; i++) {
        if (exits->count[i] == 0)
            continue;
        fprintf(stderr, "%s%s %" PRIu64, separator, vcpu_exit_name(i), exits->count[i]);
        separator = ", ";
    }
    fprintf(stderr, "%s\n", *separator == 'e' ? "exits: none" : "");
    if (exits->reads + exits->writes > 0)
        fprintf(stderr, "ports: %" PRIu64 " read, %" PRIu64 " written\n", exits->reads,
                exits->writes);
    fprintf(stderr, "time: %.3f s", (double)(exits_now() - exits->started) / 1e9);
    if (exits->entered != 0)
        fprintf(stderr, ", first instruction after %.3f s",
                (double)(exits->entered - exits->started) / 1e9);
    if (first_output != 0)
        fprintf(stderr, ", first output after %.3f s",
                (double)(first_output - exits->started) / 1e9);
    if (memory_used(vm, &guest, &beside) == 0)
        fprintf(stderr,
                "\nmemory: %" PRIu64 " KiB of the guest's used, %" PRIu64 " KiB beside",
                guest, beside);
    fputc('\n', stderr);
}
