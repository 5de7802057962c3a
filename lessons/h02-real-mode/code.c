/* code.c - the system's assembler, and capstone: see code.h. */
#include <capstone/capstone.h>
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "code.h"

extern char **environ;

/* Runs ARGV, found in PATH. Returns 0 when it ended with 0; else 1, and that has been
 * said, by the program itself if it ran. */
static int run_tool(struct tutor *tutor, char *const argv[])
{
    pid_t pid;
    int status;
    int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);

    if (error != 0)
        return tutor_error(tutor, "%s: %s: install the package binutils", argv[0],
                           strerror(error));
    while (waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            return tutor_error(tutor, "%s: %s", argv[0], strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return tutor_error(tutor, "%s did not accept it", argv[0]);
}

static int write_source(struct tutor *tutor, const char *file, const char *text)
{
    FILE *out = fopen(file, "w");

    if (out == NULL)
        return tutor_error(tutor, "%s: %s", file, strerror(errno));
    /* All on one line, so that the assembler's messages count the learner's lines. */
    fprintf(out, ".intel_syntax noprefix; .code16; %s\n", text);
    bool failed = ferror(out);
    if (fclose(out) == EOF || failed)
        return tutor_error(tutor, "%s: %s", file, strerror(errno));
    return 0;
}

static int read_image(struct tutor *tutor, const char *file, uint8_t *image, size_t *size)
{
    FILE *in = fopen(file, "r");

    if (in == NULL)
        return tutor_error(tutor, "%s: %s", file, strerror(errno));
    size_t room = *size;
    *size = fread(image, 1, room, in);
    bool longer = fgetc(in) != EOF;
    bool failed = ferror(in);
    (void)fclose(in); /* it was only read */
    if (failed)
        return tutor_error(tutor, "%s: cannot be read", file);
    if (longer)
        return tutor_error(tutor, "it has more than %zu bytes: a segment has no room",
                           room);
    if (*size == 0)
        return tutor_error(tutor, "there is no instruction in it");
    return 0;
}

int code_assemble(struct tutor *tutor, const char *source, const char *text,
                  uint8_t *image, size_t *size)
{
    enum { SOURCE, OBJECT, ELF, BINARY, FILES };
    static const char *const names[FILES] = {"line.S", "line.o", "line.elf", "line.bin"};
    char folder[] = "/tmp/boxwork-asm-XXXXXX", paths[FILES][sizeof folder + 16];
    char from[PATH_MAX];

    if (!source && text[strspn(text, " \t\n;")] == '\0')
        return tutor_error(tutor, "there is no instruction in it");
    if (mkdtemp(folder) == NULL)
        return tutor_error(tutor, "%s: %s", folder, strerror(errno));
    for (size_t i = 0; i < FILES; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
    snprintf(from, sizeof from, "%s", source ? source : paths[SOURCE]);

    char *const as[] = {"as", "--32", "-o", paths[OBJECT], from, NULL};
    char *const ld[] = {"ld", "-m", "elf_i386", "-Ttext=0",    "-e",
                        "0",  "-o", paths[ELF], paths[OBJECT], NULL};
    char *const objcopy[] = {"objcopy", "-O", "binary", paths[ELF], paths[BINARY], NULL};
    int status = source ? 0 : write_source(tutor, from, text);
    if (status == 0)
        status = run_tool(tutor, as);
    if (status == 0)
        status = run_tool(tutor, ld);
    if (status == 0)
        status = run_tool(tutor, objcopy);
    if (status == 0)
        status = read_image(tutor, paths[BINARY], image, size);

    for (size_t i = 0; i < FILES; i++)
        (void)unlink(paths[i]); /* those that were not made are not there */
    (void)rmdir(folder);        /* what cannot be removed is in /tmp, and small */
    return status;
}

size_t code_disassemble(unsigned bits, const uint8_t *bytes, size_t length,
                        uint64_t offset, char text[CODE_TEXT])
{
    csh capstone;
    cs_insn *instruction;
    size_t size = 1;

    snprintf(text, CODE_TEXT, ".byte 0x%02x", *bytes);
    if (cs_open(CS_ARCH_X86, bits == 16 ? CS_MODE_16 : CS_MODE_32, &capstone) !=
        CS_ERR_OK)
        return size;
    if (cs_disasm(capstone, bytes, length, offset, 1, &instruction) == 1) {
        snprintf(text, CODE_TEXT, "%s%s%s", instruction->mnemonic,
                 *instruction->op_str ? " " : "", instruction->op_str);
        size = instruction->size;
        cs_free(instruction, 1);
    }
    cs_close(&capstone);
    return size;
}
