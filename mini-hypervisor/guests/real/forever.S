/* forever.S - jumps to itself, for ever.
 *
 * There is no exit here that a hypervisor could wait for. Only a signal to the thread
 * that is in KVM_RUN gets it back: Ctrl-C, or a timer.
 *
 * Read on: KVM api, section 5, immediate_exit; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

start:
    jmp start
