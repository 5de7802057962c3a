/* probe.h - what a probe (tests/LESSON/probe.c) is written with: the player's side.
 *
 * A probe is linked with the learner's module, so nothing that it says is trusted; see
 * grader.h. It is a table of words; the judge starts it with one of them.
 */
#ifndef PROBE_H
#define PROBE_H

struct probe_word {
    const char *word; /* "enter" */
    /* Does it. argv[0] is the word, argv[argc] NULL. Returns the exit status. */
    int (*run)(int argc, char **argv);
};

/* The words of this probe, ended by one with a NULL word. Each probe.c defines it. The main()
 * is the grader's: it looks the word up, and has a signal crash with the address noted, so that
 * the verdict can name the learner's line. */
extern const struct probe_word probe_words[];

/* Tells the judge "I stand still, look now", with a text (mostly a return value and an
 * errno: probe_ready("%d %d", result, errno)), and returns when the judge says go, or
 * at the end of input. At most 3,800 bytes. Uses descriptors 0 and 1 and no others, and ends the
 * probe when these are gone; flushes stdout; keeps errno.
 */
void probe_ready(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
