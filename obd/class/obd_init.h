/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_OBD_INIT_H
#define SHEEN_OBD_INIT_H

/**
 * obd_init(), obd_exit() - what loading and unloading obd.ko does, without its control channel; for
 * the simulation
 */
int obd_init(void);
void obd_exit(void);

#endif
