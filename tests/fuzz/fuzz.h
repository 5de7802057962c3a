/* fuzz.h - a program that takes bytes from anybody must survive any bytes: targets for
 * that.
 *
 * A target is a file with the two functions below. driver.c calls it with millions of
 * inputs for a bounded time; it is built with the address and undefined-behaviour
 * sanitizers, so that a byte read or written outside of its object ends the run. The
 * same targets work with libFuzzer (clang -fsanitize=fuzzer, without driver.c), which
 * is smarter and is not in the base system.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Feeds SIZE bytes of DATA to what is tested, and aborts when it breaks a promise.
 * Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes a good input into DATA, which has room for SIZE bytes: what the driver starts
 * from.
 * Returns its length. */
size_t fuzz_seed(uint8_t *data, size_t size);

#endif
