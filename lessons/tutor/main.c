/* main.c - the main function of every step program; all else is in session.c.
 *
 * It stands alone in its file, so that a test can have a main function of its own and still
 * use the library.
 */
#include "session.h"

int main(int argc, char **argv)
{
    return tutor_main(argc, argv);
}
