/* seen.c - what the judge of h08-linux reads of a player, and what it gives to it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "seen.h"

enum { BOOT_SECONDS = 100, LEFT_OFF = 42 };

static void need_kvm(void)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (kvm == -1)
        judge_cannot_run("/dev/kvm: %s", strerror(errno));
    (void)close(kvm); /* nothing was written */
}

struct player *seen_start(const char *const *words)
{
    need_kvm();
    return player_start(&(struct player_setup){.kvm = true}, words);
}

const char *word(const char *format, ...)
{
    static char words[64][2048];
    static unsigned next;
    char *text = words[next++ % 64];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof words[0], format, arguments);
    va_end(arguments);
    if (length < 0 || length >= (int)sizeof words[0])
        judge_cannot_run("a word of the check is too long");
    return text;
}

const char *hex(const void *bytes, size_t size)
{
    static char text[2 * sizeof((struct image *)NULL)->bytes + 1];
    char *to = text;

    if (size > sizeof text / 2)
        judge_cannot_run("an image of the check is too long");
    *to = '\0';
    for (size_t i = 0; i < size; i++)
        to += sprintf(to, "%02x", ((const uint8_t *)bytes)[i]);
    return text;
}

uint64_t seen_random(uint64_t first, uint64_t last)
{
    uint64_t value;

    if (getrandom(&value, sizeof value, 0) != sizeof value)
        judge_cannot_run("getrandom: %s", strerror(errno));
    return first + value % (last - first + 1);
}

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2, .rest = ""};
    const char *text = player_ready(player);
    int length = 0;

    if (sscanf(text, "%d %d %n", &answer.result, &answer.error, &length) >= 2)
        answer.rest = text + length;
    return answer;
}

void expect_success(const char *what, struct answer answer)
{
    if (answer.result != 0)
        judge_fail("%s must return 0 here; it returned %d, errno %d (%s)", what,
                   answer.result, answer.error, strerror(answer.error));
}

void expect_failure(const char *what, int error, struct answer answer)
{
    if (answer.result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", what,
                   strerrorname_np(error), answer.result);
    judge_expect_errno(what, error, answer.error);
}

void guest_bytes(struct player *player, uint64_t address, void *to, size_t length)
{
    if (player_read_guest(player, address, to, length) == -1)
        judge_fail("0x%llx must be an address of guest memory; it is none",
                   (unsigned long long)address);
}

void expect_guest(struct player *player, const char *what, uint64_t address,
                  const void *expected, size_t length)
{
    uint8_t seen[64];
    char name[200], wanted[2 * sizeof seen + 1];

    if (length > sizeof seen)
        judge_cannot_run("too many bytes to compare");
    guest_bytes(player, address, seen, length);
    snprintf(wanted, sizeof wanted, "%s", hex(expected, length));
    snprintf(name, sizeof name, "%s, at 0x%llx of guest memory", what,
             (unsigned long long)address);
    judge_expect_string(name, wanted, hex(seen, length));
}

void image_make(struct image *image, unsigned sectors)
{
    static const char version[] = "6.66.6-boxwork (somebody@somewhere) #1";
    unsigned real = sectors ? sectors : 4;

    for (size_t i = 0; i < sizeof image->bytes; i++)
        image->bytes[i] = (uint8_t)seen_random(1, 255);
    image->kernel_size = seen_random(0x220 / 16, KERNEL_MOST / 16) * 16;
    image->kernel_offset = (1 + (size_t)real) * SECTOR;
    image->size = image->kernel_offset + image->kernel_size;
    memcpy(image->bytes + SECTOR + 0x200, version, sizeof version);
    image->header = (struct setup_header *)(image->bytes + 0x1f1);
    *image->header = (struct setup_header){
        .setup_sects = (uint8_t)sectors,
        .syssize = (uint32_t)image->kernel_size / 16,
        .boot_flag = 0xaa55,
        .jump = 0x66eb,
        .header = 0x53726448,
        .version = 0x20f,
        .kernel_version = 0x200,
        .loadflags = LOADED_HIGH,
        .initrd_addr_max = (uint32_t)seen_random(0x37ffffff, 0x7ffffffe),
        .cmdline_size = (uint32_t)seen_random(255, 2047),
        .kernel_alignment = 0x200000,
        .xloadflags = XLF_KERNEL_64,
        .pref_address = seen_random(2, 5) << 20,
        .init_size = (uint32_t)seen_random(0x100, 0x400) << 12,
    };
}

/* The folder of the guest's files, beside the kit's root file system. */
static const char *linux_folder(void)
{
    static char path[4096];

    int length = snprintf(path, sizeof path, "%s/../guests/linux", judge_rootfs());
    if (length < 0 || (size_t)length >= sizeof path || access(path, R_OK) == -1)
        judge_cannot_run("build/guests/linux: %s: make build", strerror(errno));
    return path;
}

const char *seen_boot(const char *command_line)
{
    need_kvm();
    struct player *player = player_start(&(struct player_setup){.kvm = true,
                                                                .rootfs = linux_folder(),
                                                                .seconds = BOOT_SECONDS},
                                         WORDS("boot", command_line));
    int status = player_end(player);
    const char *said = player_output(player, NULL);
    if (status == KVM_EXIT_INTERNAL_ERROR)
        judge_cannot_run("this host's KVM emulates instructions, and lacks some that a "
                         "kernel needs: the lab machine's does not");
    if (status != LEFT_OFF)
        judge_fail("the kernel must come to its init, which switches the machine off "
                   "through port 0x604; it did not, and the last that was heard is: %s%s",
                   player_errors(player, NULL),
                   strlen(said) > 300 ? said + strlen(said) - 300 : said);
    return said;
}
