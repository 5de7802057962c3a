/* guest32.c - the 32-bit guest in the hand: its port, its start. See guest32.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest32.h"

/* A handler of the guest says its vector. It has pushed nothing yet, so what the processor
 * has pushed is at esp. */
static void report_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct guest32 *guest = context;
    struct machine *machine = guest->bench->machine;

    (void)port, (void)size;
    guest->reported = (int)(value & 0xff);
    if (guest->reported != GUEST32_NO_FAULT &&
        protected_frame(&machine->vm, &machine->vcpu, (uint8_t)guest->reported,
                        &guest->fault) == -1)
        guest->fault = (struct protected_fault){.vector = (uint8_t)guest->reported};
}

static void destroy(void *state)
{
    guest32_forget(state);
}

struct guest32 *guest32_of(struct tutor *tutor)
{
    struct bench *bench = bench_of(tutor);
    struct guest32 *guest = tutor_state(tutor, "h04-guest", sizeof *guest, destroy);

    if (bench == NULL)
        return NULL;
    if (guest == NULL) {
        tutor_error(tutor, "the guest: %s", strerror(errno));
        return NULL;
    }
    if (!guest->known) {
        guest->bench = bench;
        memcpy(guest->devices, bench->devices, sizeof bench->devices);
        guest->devices[BENCH_DEVICES] = (struct port_device){
            GUEST32_REPORT_PORT, GUEST32_REPORT_PORT, NULL, report_out, guest};
        bench->realmode.devices = guest->devices;
        bench->realmode.device_count = GUEST32_DEVICES;
        guest->reported = -1;
        guest->known = true;
    }
    return guest;
}

int guest32_memory(struct tutor *tutor, struct vm *vm, uint64_t end)
{
    uint64_t have = 0;

    for (unsigned i = 0; i < vm->slot_count; i++)
        if (vm->slots[i].guest_address + vm->slots[i].size > have)
            have = vm->slots[i].guest_address + vm->slots[i].size;
    if (have < end && vm_add_memory(vm, have, end - have) == -1)
        return tutor_error(tutor, "%llu MiB of guest memory: %s",
                           (unsigned long long)end >> 20, strerror(errno));
    return 0;
}

extern const struct tutor_lesson *const first[] __asm__("__start_tutor_lessons");
extern const struct tutor_lesson *const behind[] __asm__("__stop_tutor_lessons");

int guest32_earlier(struct tutor *tutor, const char *lesson, const char *otherwise,
                    int argc, char **argv)
{
    const struct tutor_command *found = NULL;
    const char *of = "";

    for (const struct tutor_lesson *const *l = first; l < behind; l++) {
        if (strcmp((*l)->id, lesson) >= 0 || strcmp((*l)->id, of) < 0)
            continue;
        for (const struct tutor_command *c = (*l)->commands; c->name; c++)
            if (strcmp(c->name, argv[0]) == 0) {
                found = c;
                of = (*l)->id;
            }
    }
    if (found == NULL)
        return tutor_error(tutor, "%s", otherwise);
    if (argc - 1 < found->least || (found->most >= 0 && argc - 1 > found->most)) {
        tutor_error(tutor, "in this mode of the processor: %s %s", found->name,
                    found->arguments);
        return MACHINE_USAGE;
    }
    return found->run(tutor, argc, argv);
}

int guest32_special(struct tutor *tutor, const struct guest32 *guest,
                    struct kvm_sregs *sregs)
{
    if (ioctl(guest->bench->machine->vcpu.fd, KVM_GET_SREGS, sregs) == -1)
        return tutor_error(tutor, "KVM_GET_SREGS: %s", strerror(errno));
    return 0;
}

/* Nothing, code, data, data that is not there, data for ring 3: guests/protected/fault.S. */
static int make_gdt(struct tutor *tutor, const struct vm *vm, struct kvm_dtable *gdt)
{
    struct kvm_segment absent = PROTECTED_DATA, ring3 = PROTECTED_DATA;

    absent.present = 0;
    ring3.dpl = 3;
    const uint64_t descriptors[GUEST32_ENTRIES] = {
        0, protected_pack(&PROTECTED_CODE), protected_pack(&PROTECTED_DATA),
        protected_pack(&absent), protected_pack(&ring3)};
    if (protected_gdt(vm, PROTECTED_GDT, descriptors, GUEST32_ENTRIES, gdt) == -1)
        return tutor_error(tutor, "protected_gdt: %s", strerror(errno));
    return 0;
}

int guest32_start(struct tutor *tutor, struct guest32 *guest)
{
    struct bench *bench = guest->bench;
    const struct vm *vm = &bench->machine->vm;
    int fd = bench->machine->vcpu.fd;
    struct protected_start start = {.code = 0x08,
                                    .data = 0x10,
                                    .entry = PROTECTED_PROGRAM,
                                    .stack = PROTECTED_TABLES};

    if (bench_reset(tutor, bench) || make_gdt(tutor, vm, &start.gdt))
        return 1;
    if (protected_enter(vm, &bench->machine->vcpu, &start) == -1)
        return tutor_error(tutor, "protected_enter: %s", strerror(errno));
    if (protected_tables(vm, &guest->tables, PROTECTED_TABLES, PROTECTED_TABLES_SIZE) ==
        -1)
        return tutor_error(tutor, "protected_tables: %s", strerror(errno));
    if (ioctl(fd, KVM_GET_REGS, &guest->shown) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    guest->shown.rax = guest->eax;
    guest->reported = -1;
    if (ioctl(fd, KVM_SET_REGS, &guest->shown) == -1)
        return tutor_error(tutor, "KVM_SET_REGS: %s", strerror(errno));
    return 0;
}
