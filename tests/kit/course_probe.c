/* course_probe.c - tests that a probe of the doctor cannot hang, hurt or outlive the asker.
 *
 * host.c is compiled into this program, with probes that misbehave.
 */
#include "../../lessons/course/host.c"
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* What the list in host.c names; none of it is asked here. */
#define NOT_ASKED(name)                                                                  \
    bool name(struct host_answer *answer)                                                \
    {                                                                                    \
        return host_says(answer, false, "not asked");                                    \
    }
NOT_ASKED(probe_root)
NOT_ASKED(probe_namespaces)
NOT_ASKED(probe_userns)
NOT_ASKED(probe_seccomp)
NOT_ASKED(probe_overlay)
NOT_ASKED(probe_veth)
NOT_ASKED(probe_cgroup2)
NOT_ASKED(probe_kvm)
NOT_ASKED(probe_kvm_speed)
NOT_ASKED(probe_kvm_interrupts)

bool machine_inside(void)
{
    return false;
}

int machine_probe(const char *top, char *why, int size)
{
    (void)top;
    (void)snprintf(why, (size_t)size, "not asked");
    return -1;
}

static bool says_yes(struct host_answer *answer)
{
    return host_says(answer, true, "seen in %s", answer->top);
}

static bool says_too_much(struct host_answer *answer)
{
    return host_says(answer, true, "%0*d", 4 * HOST_DETAIL, 7);
}

static bool hangs(struct host_answer *answer)
{
    (void)signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 1000; i++)
        (void)pause();
    return host_says(answer, true, "never said");
}

static bool dies(struct host_answer *answer)
{
    (void)raise(SIGKILL);
    return host_says(answer, true, "never said");
}

static bool leaves_a_child(struct host_answer *answer)
{
    if (fork() == 0) { /* it holds the pipe open, so no end of file comes */
        (void)usleep(1500000);
        _exit(0);
    }
    return host_says(answer, true, "said, and a child stays");
}

static struct host_fact try(bool (*run)(struct host_answer *), double seconds)
{
    struct host_probe probe = {"id", "title", run, seconds};
    struct host_fact fact;
    double start = now();
    host_try(&probe, "/the/tree", &fact);
    assert_true(now() - start < seconds + 1.5);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left to wait for */
    assert_int_equal(errno, ECHILD);
    assert_true(fact.tried);
    return fact;
}

static void an_answer_comes_back_with_its_line(void **state)
{
    (void)state;
    struct host_fact fact = try(says_yes, 5);
    assert_true(fact.there);
    assert_string_equal(fact.detail, "seen in /the/tree");
}

static void a_long_line_is_cut(void **state)
{
    (void)state;
    struct host_fact fact = try(says_too_much, 5);
    assert_true(fact.there);
    assert_int_equal(strlen(fact.detail), HOST_DETAIL - 1);
}

static void a_probe_that_hangs_is_a_no_in_its_time(void **state)
{
    (void)state;
    struct host_fact fact = try(hangs, 0.3);
    assert_false(fact.there);
    assert_string_equal(fact.detail, "no answer within 0.3 seconds");
}

static void a_probe_that_dies_is_a_no(void **state)
{
    (void)state;
    struct host_fact fact = try(dies, 5);
    assert_false(fact.there);
    assert_string_equal(fact.detail, "the probe died");
}

static void a_child_of_a_probe_does_not_hold_up_the_answer(void **state)
{
    (void)state;
    struct host_fact fact = try(leaves_a_child, 0.5);
    assert_true(fact.there);
}

static void a_fact_is_found_out_once(void **state)
{
    (void)state;
    struct host host = {.top = "/"};
    assert_null(host_fact(&host, "no-such-fact"));
    const struct host_fact *first = host_fact(&host, "veth");
    assert_string_equal(first->detail, "not asked");
    assert_ptr_equal(host_fact(&host, "veth"), first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back_with_its_line),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_probe_that_hangs_is_a_no_in_its_time),
        cmocka_unit_test(a_probe_that_dies_is_a_no),
        cmocka_unit_test(a_child_of_a_probe_does_not_hold_up_the_answer),
        cmocka_unit_test(a_fact_is_found_out_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
