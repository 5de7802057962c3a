/* capabilities.c - what root may do, taken apart.
 *
 * The five sets are changed by three different calls, and the order matters: dropping
 * from the bounding set needs a capability itself, and a change of user empties what it was to
 * keep. libcap knows the names and the sets that capset(2) changes; for the others there is
 * prctl(2). capabilities_become puts all of it together.
 *
 * Read on: capabilities(7), cap_set_proc(3), cap_from_name(3), prctl(2), credentials(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include "capabilities.h"
#include "lab.h"
#include "users.h"

/* The kernel numbers them without gaps. Asking for one that it does not know is EINVAL. */
enum { CAPABILITIES = 64 };

capabilities_set capabilities_default(void)
{
    return CAPABILITY(CAP_CHOWN) | CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_FOWNER) |
           CAPABILITY(CAP_FSETID) | CAPABILITY(CAP_KILL) | CAPABILITY(CAP_SETGID) |
           CAPABILITY(CAP_SETUID) | CAPABILITY(CAP_SETPCAP) |
           CAPABILITY(CAP_NET_BIND_SERVICE) | CAPABILITY(CAP_NET_RAW) |
           CAPABILITY(CAP_SYS_CHROOT) | CAPABILITY(CAP_AUDIT_WRITE) |
           CAPABILITY(CAP_SETFCAP);
}

capabilities_set capabilities_all(void)
{
    capabilities_set all = 0;

    for (int number = 0; number < CAPABILITIES; number++) {
        if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) != -1)
            all |= CAPABILITY(number);
    }
    return all;
}

/* Whether NAME is the whole name of a capability: cap_from_name(3) reads as far as it
 * understands, and takes "cap_chown,cap_kill" for the first of them. */
static bool is_name_of(cap_value_t number, const char *name)
{
    char *whole = cap_to_name(number);
    bool same =
        whole && number >= 0 && number < CAPABILITIES && strcasecmp(whole, name) == 0;

    (void)cap_free(whole); /* fails for NULL, which has nothing to free */
    return same;
}

/* Reads a name.                                               @lab 7.1 @points 15
 * cap_from_name(3) wants "cap_net_admin", in either case; is_name_of() above, strcasecmp(3),
 * strncasecmp(3).
 */
int capabilities_parse(const char *name, capabilities_set *set)
{
    /* 1. All of them. */
    /* 2. People leave "cap_" out. A name that is cut off by the buffer could be a valid one. */
    LAB_TODO("7.1", capabilities_parse);
    return -1;
}

int capabilities_read(pid_t pid, struct capabilities *sets)
{
    char path[64] = "/proc/self/status", line[256];
    int found = 0;

    if (pid != 0)
        (void)snprintf(path, sizeof path, "/proc/%d/status", pid); /* always fits */
    FILE *status = fopen(path, "re");
    if (!status)
        return -1;
    while (fgets(line, sizeof line, status)) {
        found += sscanf(line, "CapInh: %" SCNx64, &sets->inheritable) == 1;
        found += sscanf(line, "CapPrm: %" SCNx64, &sets->permitted) == 1;
        found += sscanf(line, "CapEff: %" SCNx64, &sets->effective) == 1;
        found += sscanf(line, "CapBnd: %" SCNx64, &sets->bounding) == 1;
        found += sscanf(line, "CapAmb: %" SCNx64, &sets->ambient) == 1;
    }
    (void)fclose(status); /* only read */
    errno = EPROTO;
    return found == 5 ? 0 : -1;
}

/* Empties the bounding set but for a few.                     @lab 7.2 @points 20
 * prctl(2): PR_CAPBSET_READ, PR_CAPBSET_DROP.
 */
int capabilities_drop_bounding(capabilities_set keep)
{
    /* 1. Whether it is there: 1, 0, or -1 behind the last one of this kernel, which may be
     *    newer than CAP_LAST_CAP of our headers. */
    /* 2. Drop it. */
    LAB_TODO("7.2", capabilities_drop_bounding);
    return -1;
}

/* Sets effective, permitted and inheritable.                  @lab 7.3 @points 20
 * cap_init(3) makes three empty sets; cap_set_flag(3), cap_set_proc(3), cap_free(3).
 */
int capabilities_set_to(capabilities_set keep)
{
    /* 1. Empty sets. */
    /* 2. What is kept, in two of them. Inheritable stays empty: a program in the image whose
     *    file says so would get it from there (CVE-2022-27650). */
    /* 3. All three in one call. */
    LAB_TODO("7.3", capabilities_set_to);
    return -1;
}

/* Empties the ambient set.                                    @lab 7.4 @points 10
 * prctl(2): PR_CAP_AMBIENT.
 */
int capabilities_clear_ambient(void)
{
    LAB_TODO("7.4", capabilities_clear_ambient);
    return -1;
}

/* Keeps the permitted set over a change of user.              @lab 7.5 @points 10
 * prctl(2): PR_SET_KEEPCAPS.
 */
int capabilities_keep(bool keep)
{
    LAB_TODO("7.5", capabilities_keep);
    return -1;
}

/* Gives up what execve could give.                            @lab 7.6 @points 10
 * prctl(2): PR_SET_NO_NEW_PRIVS. The other arguments must be 0.
 */
int capabilities_no_new_privileges(void)
{
    LAB_TODO("7.6", capabilities_no_new_privileges);
    return -1;
}

/* Becomes a user with a few capabilities.                     @lab 7.7 @points 15
 * All of the above, and users_become of c05.
 */
int capabilities_become(uid_t uid, gid_t gid, capabilities_set keep)
{
    /* 1. The bounding set, while CAP_SETPCAP is still there. */
    /* 2. The user; the permitted set must survive it, so that step 3 has something to keep. */
    /* 3. The other sets. */
    LAB_TODO("7.7", capabilities_become);
    return -1;
}
