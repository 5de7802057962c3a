/* words.c - the words that set breakpoints and watches, and those that show what the
 * monitor has noted: mmio, dirty, trace, probe. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "debugger.h"

/* --- break, delete, watch ----------------------------------------------------------- */

static const char *const kinds[] = {[MONITOR_EXECUTE] = "execute",
                                    [MONITOR_WRITE] = "write",
                                    [MONITOR_ACCESS] = "access"};

static int list(const struct debugger *debugger)
{
    char place[DEBUG_PLACE];

    if (debugger->breaks.count == 0 && debugger->watch_count == 0)
        puts("no breakpoint, no watch");
    for (unsigned i = 0; i < debugger->breaks.count; i++) {
        debug_place(debugger, debugger->breaks.at[i].address, place);
        printf("breakpoint at %s, in the place of %02x\n", place,
               debugger->breaks.at[i].original);
    }
    for (unsigned i = 0; i < debugger->watch_count; i++) {
        const struct monitor_watch *watch = &debugger->watches[i];
        debug_place(debugger, watch->address, place);
        printf("watch at %s: %s, %u byte%s\n", place, kinds[watch->kind], watch->length,
               watch->length == 1 ? "" : "s");
    }
    return 0;
}

int debug_word_break(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    char place[DEBUG_PLACE];
    uint64_t address;

    if (debugger == NULL)
        return 1;
    if (argc == 1)
        return list(debugger);
    int status = debug_address(tutor, debugger, argv[1], &address);
    if (status != 0)
        return status;
    debug_place(debugger, address, place);
    if (monitor_plant(&debugger->breaks, address) == -1)
        return tutor_error(tutor, "%s: %s", place,
                           errno == EEXIST   ? "there is a breakpoint already"
                           : errno == ENOSPC ? "all 16 are used: delete one"
                           : errno == EFAULT ? "there is no guest memory"
                                             : strerror(errno));
    int i = debug_break_at(debugger, address);
    if (i == -1)
        return tutor_error(tutor, "monitor_plant has said 0, and noted nothing");
    printf("breakpoint at %s, in the place of %02x\n", place,
           debugger->breaks.at[i].original);
    return 0;
}

/* Takes the watch at ADDRESS away. Returns false when there is none. */
static bool delete_watch(struct debugger *debugger, uint64_t address)
{
    for (unsigned i = 0; i < debugger->watch_count; i++)
        if (debugger->watches[i].address == address) {
            debugger->watches[i] = debugger->watches[--debugger->watch_count];
            return true;
        }
    return false;
}

int debug_word_delete(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    uint64_t address;

    if (debugger == NULL)
        return 1;
    if (argc == 1) {
        debugger->watch_count = 0;
        while (debugger->breaks.count > 0)
            if (monitor_lift(&debugger->breaks, debugger->breaks.at[0].address) == -1)
                return tutor_error(tutor, "monitor_lift: %s", strerror(errno));
        return 0;
    }
    int status = debug_address(tutor, debugger, argv[1], &address);
    if (status != 0)
        return status;
    bool was_watch = delete_watch(debugger, address);
    if (monitor_lift(&debugger->breaks, address) == -1 && !was_watch)
        return tutor_error(tutor, "%s: there is no breakpoint, and no watch", argv[1]);
    return 0;
}

/* How watches come to be hit here. */
static void say_how(const struct debugger *debugger)
{
    if (debug_must_step(debugger))
        puts("this KVM does not hit it: every instruction is stepped, and compared");
    else
        printf("the processor watches, with debug register %u of 4\n",
               debugger->watch_count - 1);
}

int debug_word_watch(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    uint64_t address, length = 1;
    unsigned kind = MONITOR_WRITE;

    if (debugger == NULL)
        return 1;
    if (argc == 1)
        return list(debugger);
    int status = debug_address(tutor, debugger, argv[1], &address);
    if (status != 0)
        return status;
    if (argc > 2 && (!machine_number(argv[2], &length) || length > 8)) {
        tutor_error(tutor, "%s: must be 1, 2, 4 or 8 bytes", argv[2]);
        return MACHINE_USAGE;
    }
    for (kind = argc > 3 ? 0 : MONITOR_WRITE; argc > 3 && kind <= MONITOR_ACCESS; kind++)
        if (kinds[kind] != NULL && strcmp(kinds[kind], argv[3]) == 0)
            break;
    if (kind > MONITOR_ACCESS) {
        tutor_error(tutor, "%s: must be write, access or execute", argv[3]);
        return MACHINE_USAGE;
    }
    if (debugger->watch_count == MONITOR_WATCHES)
        return tutor_error(tutor, "all 4 debug registers are used: delete one");
    if (kind == MONITOR_ACCESS && !(debugger->can & MONITOR_CAN_WATCH_DATA))
        return tutor_error(tutor,
                           "access: this KVM does not hit such watches, and a read "
                           "cannot be seen by comparing: try write");
    /* The module says whether it is one: the guest is not running, so nothing is hit. */
    struct monitor_watch watch = {address, (unsigned)length, (enum monitor_kind)kind};
    if (monitor_watch(&debugger->bench->machine->vcpu, &watch, 1) == -1)
        return tutor_error(
            tutor, "%s, %llu bytes: %s", argv[1], (unsigned long long)length,
            errno == EINVAL ? "must be 1, 2, 4 or 8 bytes at a multiple of that; "
                              "execute has 1"
                            : strerror(errno));
    /* It is set again when the guest runs; one that is deleted before must not be hit. */
    if (monitor_watch(&debugger->bench->machine->vcpu, NULL, 0) == -1)
        return tutor_error(tutor, "monitor_watch: %s", strerror(errno));
    debugger->watches[debugger->watch_count++] = watch;
    say_how(debugger);
    return 0;
}

/* --- mmio, dirty -------------------------------------------------------------------- */

static void print_row(const char *name, uint64_t address, const uint8_t *bytes,
                      const char *what)
{
    printf("0x%llx %-9s", (unsigned long long)address, name);
    for (unsigned i = 0; i < 8; i++)
        printf(" %02x", bytes[i]);
    printf("  %s\n", what);
}

int debug_word_mmio(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    uint64_t value;

    if (debugger == NULL)
        return 1;
    if (argc > 1) {
        if (!machine_number(argv[1], &value)) {
            tutor_error(tutor, "%s: must be a number: 21, 0x1234", argv[1]);
            return MACHINE_USAGE;
        }
        memcpy(debugger->switches, &value, sizeof debugger->switches);
        return 0;
    }
    print_row("lamps", DEBUG_DEVICE, debugger->lamps, "the guest has written this");
    print_row("switches", DEBUG_DEVICE + sizeof debugger->lamps, debugger->switches,
              "the guest reads this");
    return 0;
}

static int print_pages(const uint64_t *bitmap, size_t words, long pages)
{
    printf("%ld page%s written%s", pages, pages == 1 ? "" : "s", pages > 0 ? ":" : "");
    for (size_t page = 0; page < 64 * words; page++)
        if (bitmap[page / 64] >> (page % 64) & 1)
            printf(" 0x%zx", 4096 * page);
    putchar('\n');
    return 0;
}

int debug_word_dirty(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);

    if (debugger == NULL)
        return 1;
    const struct vm *vm = &debugger->bench->machine->vm;
    if (argc > 1) {
        bool on = strcmp(argv[1], "on") == 0;
        if (!on && strcmp(argv[1], "off") != 0) {
            tutor_error(tutor, "%s: must be on or off", argv[1]);
            return MACHINE_USAGE;
        }
        if (monitor_log(vm, 0, on) == -1)
            return tutor_error(tutor, "KVM_SET_USER_MEMORY_REGION: %s", strerror(errno));
        return 0;
    }
    size_t words = monitor_words(vm->slots[0].size);
    uint64_t *bitmap = calloc(words, sizeof *bitmap);
    if (bitmap == NULL)
        return tutor_error(tutor, "%s", strerror(errno));
    long pages = monitor_dirty(vm, 0, bitmap);
    int status = pages >= 0 ? print_pages(bitmap, words, pages)
                 : errno == ENOENT
                     ? tutor_error(tutor, "it is not noted which pages are written: "
                                          "say first: dirty on")
                     : tutor_error(tutor, "monitor_dirty: %s", strerror(errno));
    free(bitmap);
    return status;
}

/* --- trace, probe ------------------------------------------------------------------- */

static double mean(uint64_t ns, uint64_t count)
{
    return (double)ns / (double)count / 1000;
}

int debug_word_trace(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    bool any = false;

    if (debugger == NULL)
        return 1;
    if (argc > 1) {
        if (strcmp(argv[1], "clear") != 0) {
            tutor_error(tutor, "%s: must be clear, or nothing", argv[1]);
            return MACHINE_USAGE;
        }
        debugger->trace = (struct monitor_trace){0};
        return 0;
    }
    for (uint32_t kind = 0; kind < MONITOR_EXITS; kind++) {
        uint64_t count = debugger->trace.exit[kind].count;
        if (count == 0)
            continue;
        if (!any)
            printf("%-24s %8s %14s %14s\n", "", "exits", "us inside", "us to answer");
        printf("%-24s %8llu %14.1f %14.1f\n", vcpu_exit_name(kind),
               (unsigned long long)count, mean(debugger->trace.exit[kind].inside, count),
               mean(debugger->trace.exit[kind].answer, count));
        any = true;
    }
    if (!any)
        puts("no exit yet: run, or continue; what is stepped does not count");
    return 0;
}

int debug_word_probe(struct tutor *tutor, int argc, char **argv)
{
    static const struct {
        int bit;
        const char *name;
    } tries[] = {
        {MONITOR_CAN_STEP, "single step"},
        {MONITOR_CAN_PLANT, "planted breakpoint"},
        {MONITOR_CAN_WATCH, "watch: execute"},
        {MONITOR_CAN_WATCH_DATA, "watch: write, access"},
    };
    int can = monitor_probe("/dev/kvm");

    (void)argc;
    (void)argv;
    if (can == -1)
        return tutor_error(tutor, "/dev/kvm: %s", strerror(errno));
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        printf("%-24s %s\n", tries[i].name,
               can & tries[i].bit ? "works" : "is never hit");
    return 0;
}
