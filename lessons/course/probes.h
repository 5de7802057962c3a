/* probes.h - what the list in host.c is made of; see host.h for the form of a probe. */
#ifndef PROBES_H
#define PROBES_H

#include "host.h"

/* namespaces.c, rights and what containers are made of */
bool probe_root(struct host_answer *answer);
bool probe_namespaces(struct host_answer *answer);
bool probe_userns(struct host_answer *answer);
bool probe_seccomp(struct host_answer *answer);
bool probe_overlay(struct host_answer *answer);
bool probe_veth(struct host_answer *answer);

/* cgroups.c */
bool probe_cgroup2(struct host_answer *answer);

/* guests.c, each runs a small guest */
bool probe_kvm(struct host_answer *answer);
bool probe_kvm_speed(struct host_answer *answer);
bool probe_kvm_interrupts(struct host_answer *answer);

/* host.c */
bool probe_machine(struct host_answer *answer);

#endif
