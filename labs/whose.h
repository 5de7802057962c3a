/* whose.h - whose function a product was linked with; the table is made by labs/whose.sh. */
#ifndef WHOSE_H
#define WHOSE_H

/* "chroot_enter: yours", "chroot_run: reference", ...; ended by NULL. */
extern const char *const whose[];

#endif
