/* channel.h - what the host and the machine say to each other, over one virtio-serial port.
 *
 * A message is a head and that many bytes. Everything travels this way, so that one device is
 * enough: the command and its surroundings, its input and output, its end, the files that
 * come back. Both sides are the same kind of processor, so numbers go as they are.
 *
 * Nothing that comes from the machine is trusted: the learner's code is root in there. The
 * host checks each length, and a message that it does not expect ends the machine.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdint.h>

#define CHANNEL_NAME "boxwork" /* the port: /sys/class/virtio-ports/NAME/name */

enum {
    CHANNEL_LARGEST = 256 * 1024, /* bytes in a message; MAX_ARG_STRLEN is half of it */
    CHANNEL_CHUNK = 32 * 1024,    /* what is read from a pipe at once */
    CHANNEL_INPUT = 64 * 1024,    /* input under way that the command has not taken yet */
};

struct channel_head {
    uint32_t type; /* one of the following */
    uint32_t length;
};

/* A letter each, so that a dump of the channel can be read. */
enum channel_from_host {
    HOST_DIRECTORY = 'd',   /* the command's working directory */
    HOST_ARGUMENT = 'a',    /* one more argument; none at all: a shell */
    HOST_ENVIRONMENT = 'v', /* NAME=value */
    HOST_OUT = 'f',         /* a folder that comes back, absolute */
    HOST_CLOCK = 'c',       /* struct timespec: the time of day */
    HOST_TERMINAL = 't',    /* struct channel_terminal: the command gets a terminal */
    HOST_START = 'g',       /* that was all: go */
    HOST_SIZE = 'w',        /* struct channel_terminal: the window has another size */
    HOST_INPUT = 'i',       /* for the command's standard input */
    HOST_INPUT_END = 'e',
    HOST_OUTPUT_GONE = 'n', /* uint32_t 1 or 2: nobody reads this any more */
    HOST_SIGNAL = 's',      /* uint32_t: for the command and its process group */
    HOST_PING = 'p',
    HOST_ANSWER_OUT = 'O', /* for the asker's standard output */
    HOST_ANSWER_ERR = 'E',
    HOST_FILES = 'F',  /* bytes of a cpio archive: files of the tree that changed */
    HOST_ANSWER = 'A', /* uint32_t: the exit status of what was asked */
};

enum channel_from_machine {
    GUEST_READY = 'R',  /* init runs */
    GUEST_OUTPUT = 'o', /* the command's standard output, or its terminal */
    GUEST_ERROR = 'r',  /* its standard error */
    GUEST_TAKEN = 'k',  /* uint32_t: so many bytes of input were taken */
    GUEST_STATUS = 'x', /* uint32_t: the command ended with this exit status */
    GUEST_FOLDER = 'l', /* uint32_t: what follows belongs to this OUT folder */
    GUEST_FILES = 'b',  /* bytes of a tar archive */
    GUEST_END = 'z',    /* everything was sent; the machine may be ended */
    GUEST_PONG = 'P',
    GUEST_ASK = 'q', /* machine_ask: arguments, each with its '\0' */
};

struct channel_terminal {
    uint16_t rows, columns;
    uint16_t error; /* 1: standard error is the terminal as well */
};

#define CHANNEL_ASK "/run/boxwork/ask" /* inside: the socket of machine_ask */

#endif
