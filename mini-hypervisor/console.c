/* console.c - the serial line of a kernel: standard input and output.
 *
 * Two threads touch the chip. The vCPU's does so when the guest reads or writes a port;
 * a second one waits for keys. A lock makes each step of either whole, and after each
 * step the interrupt line gets the level that the chip then has.
 *
 * Keys wait until the guest listens. A driver tries out what the chip can, and empties
 * it when it opens the line and when it turns the queues on: what a pipe has sent
 * before would be lost. They wait in a queue of ours, so that the thread goes on reading:
 * the key that leaves has to be seen also when the guest takes no other.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "interrupts.h"
#include "kernel.h"

/* With the lock held: gives IRQ 4 the level of the chip's line. */
static void update_line(struct console *console)
{
    bool level = serial_interrupt(&console->serial);
    if (level == console->line)
        return;
    console->line = level;
    (void)interrupts_line(console->vm, SERIAL_IRQ, level); /* fails without chips only */
}

/* The guest sends a byte: one write each, so that nothing waits in a buffer while the
 * guest waits for an answer. */
static void send_byte(void *context, uint8_t byte)
{
    struct console *console = context;
    if (console->first_output == 0)
        console->first_output = exits_now();
    while (!console->output_failed && write(STDOUT_FILENO, &byte, 1) != 1) {
        if (errno == EAGAIN) {
            struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
            (void)poll(&output, 1, -1); /* or a signal: the loop looks */
        } else if (errno != EINTR) {
            console->output_failed = true;
        }
        if (stop_reason() != 0)
            return;
    }
}

/* With the lock held: has a driver got so far that it takes input? It has turned the
 * queues on, asks for the interrupt, and lets it through. */
static bool guest_listens(const struct console *console)
{
    const struct serial *serial = &console->serial;
    return serial->queues && serial->ier & SERIAL_IER_INPUT &&
           serial->mcr & SERIAL_MCR_OUT2;
}

/* With the lock held, when something has changed: hands the chip as many of the keys that
 * wait as it has room for, and the line its level. */
static void settle(struct console *console)
{
    if (console->waiting > 0 && guest_listens(console)) {
        size_t taken = serial_input(&console->serial, console->keys, console->waiting);
        if (taken > console->waiting)
            taken = console->waiting; /* it may be a learner's */
        console->waiting -= taken;
        memmove(console->keys, console->keys + taken, console->waiting);
    }
    update_line(console);
    (void)pthread_cond_signal(&console->changed); /* cannot fail */
}

uint32_t console_in(void *context, uint16_t port, unsigned size)
{
    struct console *console = context;
    (void)size;
    (void)pthread_mutex_lock(&console->lock); /* cannot fail for a lock that is none's */
    uint8_t value = serial_read(&console->serial, port - SERIAL_COM1);
    settle(console);
    (void)pthread_mutex_unlock(&console->lock);
    return value;
}

void console_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct console *console = context;
    (void)size;
    (void)pthread_mutex_lock(&console->lock);
    serial_write(&console->serial, port - SERIAL_COM1, (uint8_t)value);
    settle(console);
    (void)pthread_mutex_unlock(&console->lock);
}

/* Lets LENGTH bytes wait for the guest, at most CONSOLE_KEYS. When there is no room for them,
 * those from a pipe wait for it; keys are lost, as they are on any terminal, or the one that
 * leaves could not be read. */
static void feed(struct console *console, const uint8_t *bytes, size_t length)
{
    (void)pthread_mutex_lock(&console->lock);
    while (length > CONSOLE_KEYS - console->waiting && !console->ending) {
        if (console->terminal.raw)
            length = CONSOLE_KEYS - console->waiting;
        else
            (void)pthread_cond_wait(&console->changed, &console->lock);
    }
    if (!console->ending) {
        memcpy(console->keys + console->waiting, bytes, length);
        console->waiting += length;
        settle(console);
    }
    (void)pthread_mutex_unlock(&console->lock);
}

/* The thread that waits for keys. It ends when input does: a serial line has no end, so
 * the guest does not notice. */
static void *wait_for_keys(void *context)
{
    struct console *console = context;
    uint8_t bytes[256];
    for (;;) {
        struct pollfd files[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = console->wake, .events = POLLIN},
        };
        if (poll(files, 2, -1) == -1 && errno != EINTR)
            return NULL;
        if (files[1].revents != 0)
            return NULL;
        if (files[0].revents == 0)
            continue;
        ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
        if (length == -1 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (length <= 0)
            return NULL;
        bool leave;
        size_t keys =
            serial_terminal_keys(&console->terminal, bytes, (size_t)length, &leave);
        /* First: the vCPU's thread may hold the lock, and wait for somebody to read. */
        if (leave)
            stop_leave();
        feed(console, bytes, keys);
        if (leave)
            return NULL;
    }
}

int console_open(struct console *console, const struct vm *vm)
{
    sigset_t all, before;
    *console = (struct console){.vm = vm, .wake = -1};
    (void)pthread_mutex_init(&console->lock, NULL); /* cannot fail with NULL on Linux */
    (void)pthread_cond_init(&console->changed, NULL);
    serial_reset(&console->serial, send_byte, console);
    console->wake = eventfd(0, EFD_CLOEXEC);
    if (console->wake == -1 ||
        serial_terminal_open(&console->terminal, STDIN_FILENO) == -1)
        return -1;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&console->thread, NULL, wait_for_keys, console);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    console->has_thread = error == 0;
    errno = error;
    return error == 0 ? 0 : -1;
}

void console_close(struct console *console)
{
    const uint64_t one = 1;
    if (console->has_thread) {
        (void)pthread_mutex_lock(&console->lock);
        console->ending = true;
        (void)pthread_cond_signal(&console->changed);
        (void)pthread_mutex_unlock(&console->lock);
        (void)!write(console->wake, &one, sizeof one); /* an eventfd takes a 1 */
        (void)pthread_join(console->thread, NULL);
        console->has_thread = false;
    }
    if (console->wake >= 0)
        (void)close(console->wake);
    console->wake = -1;
    serial_terminal_close(&console->terminal);
}
