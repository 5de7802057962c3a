/* outside.S - writes to an address where there is no memory.
 *
 * The highest address that real mode can name is ffff:ffff, 0x10ffef: 64 KiB less 16
 * bytes beyond the first MiB. A machine with 1 MiB has nothing there, so KVM asks its
 * host to be a device at that address (KVM_EXIT_MMIO). This lesson has none: it is an
 * exit that nobody answers. Lesson h03 answers it.
 *
 * Read on: Intel SDM 3B, "Address Translation in Real-Address Mode"; KVM api, section
 * 5, KVM_EXIT_MMIO; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

start:
    mov ax, 0xffff
    mov ds, ax                  /* base 0xffff0: the last 16 bytes of the first MiB */
    mov byte ptr [0x10], 42     /* 0xffff0 + 0x10 = 0x100000 */
done:
    hlt
    jmp done
