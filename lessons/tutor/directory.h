/* directory.h - the temporary directory of a session, and its end. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

/* Removes the directory whose path stands in PATH with all that is in it, and empties PATH.
 * Nothing is done for "". Says on stderr when it could not be removed. Stays on one file
 * system: what is mounted in it is not the session's to remove.
 */
void directory_remove(char *path);

#endif
