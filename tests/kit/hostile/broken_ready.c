/* Lines of readiness with lengths that are no lengths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake.h"

__attribute__((constructor)) static void forge(void)
{
    static const char *const lengths[] = {"-1", "99999999999999999999", "0",      "",
                                          "x",  "4294967296",           "1048576"};
    const char *nonce = getenv("BOXWORK_PLAYER");
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char line[256];
        int length = snprintf(line, sizeof line, "\036\036ready \036ready %s %s 0\n",
                              nonce ? nonce : "", lengths[i]);
        if (write(1, line, (size_t)length) == -1)
            _exit(0);
    }
    _exit(0);
}

int fake_answer(int number)
{
    return number;
}

int fake_leave(void)
{
    return 0;
}
