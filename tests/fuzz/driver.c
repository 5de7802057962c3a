/* driver.c - calls a target with changed copies of a good input, for as long as it is
 * told.
 *
 *     build/fuzz/TARGET [SECONDS [SEED]]
 *
 * The same seed gives the same inputs. When a sanitizer stops the program, the input is
 * in the file fuzz.TARGET.bad in the working directory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "fuzz.h"

enum { INPUT_MAX = 16384, EDITS_MAX = 8 };

static uint64_t state;

/* xorshift64*: good enough to disturb bytes, and the same everywhere. */
static uint64_t random_number(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1dull;
}

/* Numbers that loaders get wrong. */
static uint64_t awkward_number(void)
{
    static const uint64_t numbers[] = {0,
                                       1,
                                       0x7f,
                                       0x80,
                                       0xff,
                                       0xfff,
                                       0x1000,
                                       0x7fffffff,
                                       0x80000000,
                                       0xffffffff,
                                       1ull << 47,
                                       1ull << 63,
                                       UINT64_MAX - 0xfff,
                                       UINT64_MAX};
    return numbers[random_number() % (sizeof numbers / sizeof *numbers)];
}

/* Changes DATA in a few places. Returns its new length. */
static size_t disturb(uint8_t *data, size_t length)
{
    for (uint64_t edits = 1 + random_number() % EDITS_MAX; edits > 0; edits--) {
        size_t at = length > 0 ? random_number() % length : 0;
        size_t width = 1ull << random_number() % 4;
        uint64_t value = random_number() % 2 ? awkward_number() : random_number();
        switch (random_number() % 8) {
        case 0: /* cut it short */
            length = at;
            break;
        case 1: /* make it longer */
            for (size_t more = random_number() % 64; more > 0 && length < INPUT_MAX;
                 more--)
                data[length++] = (uint8_t)random_number();
            break;
        case 2:
            if (length > 0)
                data[at] ^= (uint8_t)(1 << random_number() % 8);
            break;
        default: /* a number at a place where a number may stand */
            at = at / width * width;
            if (at + width <= length)
                memcpy(data + at, &value, width);
        }
    }
    return length;
}

/* Keeps the input for the case that the target does not return. */
static void keep(const char *name, const uint8_t *data, size_t length)
{
    FILE *file = fopen(name, "wbe");
    if (file == NULL || fwrite(data, 1, length, file) != length)
        fprintf(stderr, "fuzz: %s: cannot be written\n", name);
    if (file != NULL)
        (void)fclose(file); /* it is only for the reader's convenience */
}

/* What the sanitizers call before they end the program. */
void __asan_on_error(void);
static uint8_t input[INPUT_MAX];
static size_t input_length;
static char bad_name[128];

void __asan_on_error(void)
{
    keep(bad_name, input, input_length);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
    state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    const char *slash = strrchr(argv[0], '/');
    static uint8_t good[INPUT_MAX];
    size_t length = fuzz_seed(good, sizeof good);
    unsigned long runs = 0;
    struct timespec start, now;

    if (state == 0)
        state = 1; /* xorshift never leaves 0 */
    (void)snprintf(bad_name, sizeof bad_name, "fuzz.%s.bad", slash ? slash + 1 : argv[0]);
    (void)clock_gettime(CLOCK_MONOTONIC, &start); /* a clock that every Linux has */
    do {
        memcpy(input, good, length);
        input_length = runs == 0 ? length : disturb(input, length);
        /* A block of its own size, so that one byte beyond is seen. */
        uint8_t *exact = malloc(input_length > 0 ? input_length : 1);
        if (exact == NULL)
            return 1;
        memcpy(exact, input, input_length);
        LLVMFuzzerTestOneInput(exact, input_length);
        free(exact);
        runs++;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((double)(now.tv_sec - start.tv_sec) +
                 (double)(now.tv_nsec - start.tv_nsec) / 1e9 <
             seconds);
    printf("%s: %lu inputs\n", slash ? slash + 1 : argv[0], runs);
    return 0;
}
