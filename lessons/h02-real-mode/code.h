/* code.h - from text to machine code and back: what the words asm, step and disasm use.
 *
 * The assembler is the system's: as(1), ld(1) and objcopy(1), as the Makefile uses them
 * for mini-hypervisor/guests/real. The disassembler is capstone, told that code has 16
 * bits.
 */
#ifndef CODE_H
#define CODE_H

#include <stddef.h>
#include <stdint.h>
#include "tutor.h"

enum {
    CODE_LONGEST = 15, /* bytes of an instruction: SDM 2, "Instruction Format" */
    CODE_TEXT = 200,   /* room for one in words */
};

/* Assembles the file SOURCE, or, if that is NULL, TEXT ("mov ax, 5; hlt", in Intel's
 * syntax), into IMAGE, for offset 0 of a segment. SIZE says how many bytes there is
 * room for, and gets how many it is. What the assembler has to say goes to stderr.
 * Returns 0, or 1 when that failed and has been said.
 */
int code_assemble(struct tutor *tutor, const char *source, const char *text,
                  uint8_t *image, size_t *size);

/* Writes the instruction of BITS (16 or 32) that starts at BYTES (LENGTH of them are there), and stands at
 * OFFSET of its segment, into TEXT. Returns how many bytes it has; 1 and ".byte 0x0f"
 * for what is no instruction. LENGTH is at least 1.
 */
size_t code_disassemble(unsigned bits, const uint8_t *bytes, size_t length,
                        uint64_t offset, char text[CODE_TEXT]);

#endif
