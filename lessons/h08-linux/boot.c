/* boot.c - the words that put a kernel into the machine and let it start: prepare, boot,
 * stop. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "board.h"

/* Messages go to the serial line; a panic asks for a restart at once; there is no PCI. */
#define COMMAND_LINE "console=ttyS0 panic=-1 pci=off quiet"
#define SECONDS 300

/* What is typed behind `boot`. */
struct wish {
    const char *kernel, *initrd; /* initrd NULL: none */
    uint64_t memory;
    unsigned tries;
    char command_line[2048];
};

static const struct {
    const char *word;
    unsigned bit;
} tries[] = {
    {"try=keyboard", BOARD_TRY_KEYBOARD},
    {"try=cmos", BOARD_TRY_CMOS},
    {"try=pages", BOARD_TRY_PAGES},
    {"try=cpuid", BOARD_TRY_CPUID},
};

static bool is_try(const char *word, struct wish *wish)
{
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        if (strcmp(word, tries[i].word) == 0) {
            wish->tries |= tries[i].bit;
            return true;
        }
    return false;
}

static bool is_kernel(const char *word)
{
    return strncmp(word, "vmlinu", 6) == 0 || strchr(word, '/') != NULL;
}

/* Returns 0, or MACHINE_USAGE when that has been said. */
static int read_wish(struct tutor *tutor, struct wish *wish, int argc, char **argv)
{
    size_t length = strlen(COMMAND_LINE);
    int from = 1;

    *wish =
        (struct wish){.kernel = "vmlinux", .initrd = "initrd", .memory = BOARD_MEMORY};
    memcpy(wish->command_line, COMMAND_LINE, length + 1);
    if (argc > 1 && is_kernel(argv[1]))
        wish->kernel = argv[from++];
    for (int i = from; i < argc; i++) {
        const char *word = argv[i];
        if (strncmp(word, "initrd=", 7) == 0) {
            wish->initrd = strcmp(word, "initrd=none") == 0 ? NULL : word + 7;
        } else if (strncmp(word, "memory=", 7) == 0) {
            if (!machine_number(word + 7, &wish->memory) || wish->memory % 4096 != 0 ||
                wish->memory < 1 << 20 || wish->memory > 64ull << 30) {
                tutor_error(tutor, "%s: must be a size from 1M on: memory=256M", word);
                return MACHINE_USAGE;
            }
        } else if (strncmp(word, "try=", 4) == 0) {
            if (!is_try(word, wish)) {
                tutor_error(tutor, "%s: must be keyboard, cmos, pages or cpuid", word);
                return MACHINE_USAGE;
            }
        } else {
            int n = snprintf(wish->command_line + length,
                             sizeof wish->command_line - length, " %s", word);
            length += (size_t)n;
            if (length >= sizeof wish->command_line) {
                tutor_error(tutor, "the command line is too long");
                return MACHINE_USAGE;
            }
        }
    }
    return 0;
}

static int load(struct tutor *tutor, struct board *board, const struct wish *wish,
                const struct image_file *kernel, const struct image_file *initrd)
{
    const struct vm *vm = &board->machine->vm;
    struct linux_image *image = &board->image;

    if (linux_load(vm, kernel->bytes, kernel->size, image, &board->entry, &board->end) ==
        -1)
        return tutor_error(tutor, "%s: %s", wish->kernel,
                           errno == ENOMEM ? "it does not fit into the guest's memory"
                           : errno == ENOEXEC && image->wrong ? image->wrong
                           : errno == EINVAL ? "it wants memory below 1 MiB"
                                             : strerror(errno));
    printf("kernel %s from 0x%llx to 0x%llx, entry 0x%llx\n", wish->kernel,
           image->elf ? 0x1000000ull : (unsigned long long)LINUX_KERNEL,
           (unsigned long long)board->end, (unsigned long long)board->entry);
    board->facts =
        (struct linux_facts){.command_line = board->command_line, .rsdp = LINUX_ACPI};
    if (initrd->size > 0) {
        if (linux_initrd(vm, image, board->end, initrd->bytes, initrd->size,
                         &board->facts.initrd) == -1)
            return tutor_error(tutor, "%s: %s", wish->initrd,
                               errno == ENOMEM ? "it does not fit into the guest's memory"
                                               : strerror(errno));
        board->facts.initrd_size = initrd->size;
        printf("initramfs at 0x%llx, %zu bytes\n",
               (unsigned long long)board->facts.initrd, initrd->size);
    }
    if (linux_parameters(vm, image, &board->facts) == -1)
        return tutor_error(tutor, "linux_parameters: %s",
                           errno == E2BIG ? "the command line is too long"
                                          : strerror(errno));
    printf("boot_params at 0x%x, command line at 0x%x\n", LINUX_PARAMETERS,
           LINUX_COMMAND_LINE);
    if (linux_acpi(vm, &(struct linux_acpi){.cpus = 1}) == -1)
        return tutor_error(tutor, "linux_acpi: %s", strerror(errno));
    printf("ACPI tables at 0x%x\n", LINUX_ACPI);
    return 0;
}

/* The FADT, as a kernel finds it; NULL when there is none. */
static struct acpi_fadt *fadt_of(const struct vm *vm)
{
    const struct acpi_rsdp *rsdp = vm_at(vm, LINUX_ACPI, sizeof *rsdp);
    const struct acpi_xsdt *xsdt =
        rsdp ? vm_at(vm, rsdp->xsdt_address, sizeof *xsdt) : NULL;
    return xsdt ? vm_at(vm, xsdt->table[0], sizeof(struct acpi_fadt)) : NULL;
}

/* Makes the FADT claim what is tried: a keyboard controller, a CMOS clock. */
static void claim(const struct board *board)
{
    struct acpi_fadt *fadt = fadt_of(&board->machine->vm);

    if (fadt == NULL)
        return;
    uint16_t before = fadt->boot_flags;
    if (board->tries & BOARD_TRY_KEYBOARD)
        fadt->boot_flags |= ACPI_BOOT_KEYBOARD;
    if (board->tries & BOARD_TRY_CMOS)
        fadt->boot_flags &= ~ACPI_BOOT_NO_CLOCK;
    fadt->header.checksum -= (uint8_t)(fadt->boot_flags - before); /* the sum stays 0 */
}

/* Memory in small pages: the host's kernel would give large ones. */
static void split_pages(const struct board *board)
{
    const struct vm *vm = &board->machine->vm;

    for (unsigned i = 0; i < vm->slot_count; i++)
        (void)madvise(vm->slots[i].host, vm->slots[i].size,
                      MADV_NOHUGEPAGE); /* without large pages they are small anyway */
}

/* Takes the bit away by which a guest knows that it is one. */
static int hide_hypervisor(struct tutor *tutor, const struct board *board)
{
    enum { ENTRIES = 256, HYPERVISOR = 31 };
    static union {
        struct kvm_cpuid2 head;
        char room[sizeof(struct kvm_cpuid2) + ENTRIES * sizeof(struct kvm_cpuid_entry2)];
    } cpuid;
    unsigned count = 1;

    memset(&cpuid, 0, sizeof cpuid);
    cpuid.head.nent = ENTRIES;
    if (ioctl(board->machine->vcpu.fd, KVM_GET_CPUID2, &cpuid) == -1)
        return tutor_error(tutor, "KVM_GET_CPUID2: %s", strerror(errno));
    while (count < ENTRIES && cpuid.head.entries[count].function != 0)
        count++;
    cpuid.head.nent = count;
    for (unsigned i = 0; i < count; i++)
        if (cpuid.head.entries[i].function == 1)
            cpuid.head.entries[i].ecx &= ~(1u << HYPERVISOR);
    if (ioctl(board->machine->vcpu.fd, KVM_SET_CPUID2, &cpuid) == -1)
        return tutor_error(tutor, "KVM_SET_CPUID2: %s", strerror(errno));
    return 0;
}

static int prepare(struct tutor *tutor, struct board *board, int argc, char **argv)
{
    struct image_file kernel = {0}, initrd = {0};
    struct linux_image image;
    struct wish wish;
    int status = read_wish(tutor, &wish, argc, argv);

    if (status != 0)
        return status;
    if (image_open(tutor, &kernel, wish.kernel, "a kernel"))
        return 1;
    status = wish.initrd && image_open(tutor, &initrd, wish.initrd, "an initramfs");
    if (status == 0 && linux_check(kernel.bytes, kernel.size, &image) == -1)
        status =
            tutor_error(tutor, "%s: %s", wish.kernel,
                        errno == ENOEXEC && image.wrong ? image.wrong : strerror(errno));
    if (status == 0)
        status = board_make(tutor, board, wish.memory);
    if (status == 0) {
        board->image = image;
        board->tries = wish.tries;
        memcpy(board->command_line, wish.command_line, sizeof board->command_line);
        if (wish.tries & BOARD_TRY_PAGES)
            split_pages(board);
        if (wish.tries & BOARD_TRY_CPUID)
            status = hide_hypervisor(tutor, board);
    }
    if (status == 0)
        status = load(tutor, board, &wish, &kernel, &initrd);
    if (status == 0 && wish.tries != 0)
        claim(board);
    if (status == 0 &&
        linux_enter(&board->machine->vm, &board->machine->vcpu, board->entry) == -1)
        status = tutor_error(tutor, "linux_enter: %s", strerror(errno));
    board->up = status == 0;
    image_close(&kernel);
    image_close(&initrd);
    return status;
}

int word_prepare(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);

    return board == NULL ? 1 : prepare(tutor, board, argc, argv);
}

int word_boot(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);

    if (board == NULL)
        return 1;
    /* Alone, behind `prepare`, it starts what was prepared. */
    if (!board->up || board->started || argc > 1) {
        int status = prepare(tutor, board, argc, argv);
        if (status != 0)
            return status;
    }
    enum board_end end = board_run(tutor, board, SECONDS, true);
    if (end != BOARD_PROMPT)
        return board_say(tutor, board, end);
    unsigned long long exits = 0;
    for (size_t i = 0; i < EXIT_KINDS; i++)
        exits += board->exits[i];
    printf("at its prompt after %.2f s and %llu exits; the first output came after %.2f "
           "s\n",
           (double)board->ran / 1e9, exits,
           (double)(board->first_output - board->begun) / 1e9);
    return 0;
}

int word_stop(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_up(tutor);

    (void)argc, (void)argv;
    if (board == NULL)
        return 1;
    board_destroy(board);
    puts("the machine is gone, with its memory");
    return 0;
}
