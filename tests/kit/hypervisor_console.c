/* hypervisor_console.c - the serial line of `mini-hypervisor run --kernel` on a terminal: what is typed
 * reaches a guest that listens, and Ctrl-] x is seen whether it listens or not.
 *
 * The guest is this test: it reads and writes the ports as a driver does. There is no VM.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pty.h>
#include <stdio.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "../../mini-hypervisor/console.c"
#include "../../mini-hypervisor/stop.c"
#include "../../solutions/h07-serial/serial.c"
#include "../../solutions/h07-serial/terminal.c"

enum { PATIENCE = 5000 }; /* ms */

/* What these files need of others. */
uint64_t exits_now(void)
{
    return 1;
}

void vcpu_stop(struct vcpu *vcpu)
{
    (void)vcpu;
}

int interrupts_line(const struct vm *vm, unsigned irq, bool level)
{
    (void)vm, (void)irq, (void)level;
    return 0;
}

static struct console console;
static int far_end;

static int open_console(void **state)
{
    int near_end;

    (void)state;
    if (openpty(&far_end, &near_end, NULL, NULL, NULL) == -1 ||
        dup2(near_end, STDIN_FILENO) == -1)
        return -1;
    (void)close(near_end);
    stop_catch(NULL, 0);
    return console_open(&console, NULL);
}

static int close_console(void **state)
{
    (void)state;
    console_close(&console);
    stop_release();
    (void)close(far_end);
    return 0;
}

static void type(const char *keys, size_t length)
{
    while (length > 0) {
        ssize_t written = write(far_end, keys, length);
        assert_true(written > 0);
        keys += written;
        length -= (size_t)written;
    }
}

static void out(unsigned offset, uint8_t value)
{
    console_out(&console, (uint16_t)(SERIAL_COM1 + offset), 1, value);
}

static uint8_t in(unsigned offset)
{
    return (uint8_t)console_in(&console, (uint16_t)(SERIAL_COM1 + offset), 1);
}

/* What a driver does before it takes input. */
static void listen(void)
{
    out(SERIAL_FCR, SERIAL_FCR_ON);
    out(SERIAL_MCR, SERIAL_MCR_OUT2);
    out(SERIAL_IER, SERIAL_IER_INPUT);
}

/* The next byte that the guest reads. */
static uint8_t next_byte(void)
{
    for (int ms = 0; ms < PATIENCE; ms++) {
        if (in(SERIAL_LSR)&SERIAL_LSR_INPUT)
            return in(SERIAL_DATA);
        (void)usleep(1000);
    }
    fail_msg("nothing comes in");
    return 0;
}

static void expect_left(void)
{
    for (int ms = 0; ms < PATIENCE && stop_reason() == 0; ms++)
        (void)usleep(1000);
    assert_int_equal(stop_reason(), STOP_LEAVE);
}

static void keys_wait_until_the_guest_listens(void **state)
{
    (void)state;
    type("early", 5);
    (void)usleep(50000);
    assert_int_equal(in(SERIAL_LSR)&SERIAL_LSR_INPUT, 0);
    listen();
    for (const char *key = "early"; *key; key++)
        assert_int_equal(next_byte(), *key);
}

static void one_leaves_a_guest_that_never_listens(void **state)
{
    (void)state;
    type("anybody there?\r", 15);
    (void)usleep(50000); /* so that they come with different reads */
    type("\035x", 2);
    expect_left();
}

static void one_leaves_a_guest_that_reads_no_more(void **state)
{
    (void)state;
    listen();
    for (int i = 0; i < 20; i++) {
        type("hello? ", 7);
        (void)usleep(5000);
    }
    type("\035x", 2);
    expect_left();
}

static void one_leaves_a_guest_that_has_more_keys_than_are_kept(void **state)
{
    char text[1000];

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < 2 * CONSOLE_KEYS / sizeof text; i++)
        type(text, sizeof text);
    type("\035x", 2);
    expect_left();
}

/* The guest says something, and nobody reads our output. */
static void one_leaves_a_guest_whose_output_waits(void **state)
{
    static const char block[4096];
    int ends[2], output = dup(STDOUT_FILENO);

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_WRONLY | O_NONBLOCK), 0);
    while (write(ends[1], block, sizeof block) > 0)
        ;
    assert_int_equal(fcntl(ends[1], F_SETFL, O_WRONLY), 0);
    (void)fflush(stdout); /* what cmocka has said */
    assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    pid_t pid = fork();
    if (pid == 0) {
        (void)usleep(300000);
        _exit(write(far_end, "\035x", 2) != 2);
    }
    (void)alarm(PATIENCE / 1000); /* SIGALRM is another reason to stop */
    out(SERIAL_DATA, 'x');
    (void)alarm(0);
    assert_int_equal(dup2(output, STDOUT_FILENO), STDOUT_FILENO);
    assert_int_equal(stop_reason(), STOP_LEAVE);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    (void)close(output), (void)close(ends[0]), (void)close(ends[1]);
}

static void a_long_paste_arrives_whole(void **state)
{
    enum { LENGTH = 20000 };
    char *text = malloc(LENGTH);

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < LENGTH; i++)
        text[i] = (char)('a' + i % 23);
    listen();
    for (int sent = 0, got = 0; got < LENGTH; got++) {
        for (; sent < LENGTH && sent < got + 8000; sent += 500)
            type(text + sent, 500);
        assert_int_equal(next_byte(), text[got]);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_wait_until_the_guest_listens, open_console,
                                        close_console),
        cmocka_unit_test_setup_teardown(one_leaves_a_guest_that_never_listens,
                                        open_console, close_console),
        cmocka_unit_test_setup_teardown(one_leaves_a_guest_that_reads_no_more,
                                        open_console, close_console),
        cmocka_unit_test_setup_teardown(
            one_leaves_a_guest_that_has_more_keys_than_are_kept, open_console,
            close_console),
        cmocka_unit_test_setup_teardown(one_leaves_a_guest_whose_output_waits,
                                        open_console, close_console),
        cmocka_unit_test_setup_teardown(a_long_paste_arrives_whole, open_console,
                                        close_console),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
