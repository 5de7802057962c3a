/* device.S - reads the switches of a device that is memory, and lights its lamps.
 *
 * No in, no out: the device is reached with mov, at addresses where no memory is. The
 * segment ffff begins 16 bytes below 1 MiB, so the offset 0x10 is 0x100000.
 *
 * Read on: KVM api, section 5, KVM_EXIT_MMIO; the page lessons/h03-monitor.
 */
    .intel_syntax noprefix
    .code16

    .set LAMPS, 0x10            /* 0x100000: what is written lights up */
    .set SWITCHES, 0x18         /* 0x100008: what the host has set */
    .set NOBODY, 0x20           /* 0x100010: behind the device */

start:
    mov ax, 0xffff
    mov ds, ax
read:
    mov ax, [SWITCHES]          /* two bytes: one exit */
    add ax, ax
write:
    mov [LAMPS], ax
nobody:
    mov bx, [NOBODY]
done:
    hlt
    jmp done
