/* SPDX-License-Identifier: MIT
 * conf.h - the configurations of the source folder where the guard trusts them: root's tests run in clones of others, too. */
#ifndef BINDGUARD_TESTS_NET_CONF_H
#define BINDGUARD_TESTS_NET_CONF_H

const char *conf_folder(void);

#endif
