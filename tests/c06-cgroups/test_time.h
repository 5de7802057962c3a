/* test_time.h - the checks of what takes time: see test_time.c. */
#ifndef TEST_TIME_H
#define TEST_TIME_H

void wait_now(void **state);
void wait_later(void **state);
void wait_other(void **state);
void wait_timeout(void **state);
void wait_asleep(void **state);
void freeze_stops(void **state);
void freeze_waits(void **state);
void freeze_thaws(void **state);
void freeze_gone(void **state);
void remove_processes(void **state);
void remove_below(void **state);
void remove_other(void **state);
void remove_closed(void **state);
void remove_failed(void **state);

#endif
