/* switch_mine.h - which lab an address belongs to, for the message about a crash.
 */
#ifndef SWITCH_MINE_H
#define SWITCH_MINE_H

/* The lesson whose learner's module (as loaded last) holds ADDRESS, and in OFFSET the address
 * inside build/labs/LESSON.so; NULL when it is in none. */
const char *switch_mine_lesson(const void *address, unsigned long *offset);

#endif
