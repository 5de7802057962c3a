/* fake.h - the contract of a lesson that exists only to be attacked: see tests/kit/grader_hostile.c. */
#ifndef FAKE_H
#define FAKE_H

/* Returns NUMBER times two, and one more. */
int fake_answer(int number);

/* Makes /tmp the working directory of this process. Returns 0, or -1 with errno. */
int fake_leave(void);

#endif
