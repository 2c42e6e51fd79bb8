/* SPDX-License-Identifier: MIT
 * places.h - where hosts and tests of this folder look for events: a log file, and what descriptor 2 may be. */
#ifndef BINDGUARD_TESTS_FAULTS_PLACES_H
#define BINDGUARD_TESTS_FAULTS_PLACES_H

#define FAULT_FOLDER "/run/bindguard-sink"
#define FAULT_LOG FAULT_FOLDER "/log"
#define FAULT_STDERR FAULT_FOLDER "/stderr"
#define FAULT_RULES FAULT_FOLDER "/rules"
#define FAULT_FIFO FAULT_FOLDER "/fifo"

#endif
