// SPDX-License-Identifier: GPL-2.0
/* Threads that serve the sockets. */

#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "lnet/tcp/tcp.h"

static struct tcp_sched *tcp_scheds;
static unsigned int tcp_nr_scheds;
static atomic_t tcp_next_sched;

/* Connections are dealt out in turn. */
struct tcp_sched *tcp_sched_choose(void)
{
	return &tcp_scheds[(unsigned int)atomic_inc_return(&tcp_next_sched) % tcp_nr_scheds];
}

/*
 * There is something to do on a connection that the caller keeps alive. Also called from soft
 * interrupts.
 */
void tcp_conn_wake(struct tcp_conn *conn, enum tcp_conn_bit bit)
{
	struct tcp_sched *sched = conn->sched;
	bool wake = false;

	set_bit(bit, &conn->bits);
	spin_lock_bh(&sched->lock);
	if (!conn->queued) {
		conn->queued = true;
		refcount_inc(&conn->refs);
		wake = list_empty(&sched->conns);
		list_add_tail(&conn->sched_link, &sched->conns);
	}
	spin_unlock_bh(&sched->lock);
	if (wake)
		wake_up(&sched->wait);
}

static struct tcp_conn *sched_next(struct tcp_sched *sched)
{
	struct tcp_conn *conn;

	spin_lock_bh(&sched->lock);
	conn = list_first_entry_or_null(&sched->conns, struct tcp_conn, sched_link);
	if (conn) {
		list_del_init(&conn->sched_link);
		conn->queued = false;
	}
	spin_unlock_bh(&sched->lock);
	return conn;
}

/* A closed connection: end what is incomplete, and give up the reference of the open state. */
static void conn_finish(struct tcp_conn *conn)
{
	tcp_conn_push(conn, true);
	if (conn->finished)
		return;
	conn->finished = true;
	tcp_conn_recv_abort(conn);
	tcp_conn_put(conn);
}

static void conn_serve(struct tcp_conn *conn)
{
	if (test_bit(TCP_CONN_CLOSING, &conn->bits)) {
		conn_finish(conn);
		return;
	}
	if (test_and_clear_bit(TCP_CONN_TX, &conn->bits))
		tcp_conn_push(conn, true);
	if (test_and_clear_bit(TCP_CONN_RX, &conn->bits) && tcp_conn_recv(conn))
		tcp_conn_wake(conn, TCP_CONN_RX);
}

static int sched_main(void *data)
{
	struct tcp_sched *sched = data;
	struct tcp_conn *conn;

	/* Memory that is reclaimed to receive a message must not wait for a message. */
	memalloc_nofs_save();
	while (!kthread_should_stop()) {
		wait_event_idle(sched->wait,
				!list_empty_careful(&sched->conns) || kthread_should_stop());
		while ((conn = sched_next(sched))) {
			conn_serve(conn);
			tcp_conn_put(conn);
			cond_resched();
		}
	}
	return 0;
}

int tcp_scheds_start(void)
{
	unsigned int wanted = tcp_tunables.nr_scheds;
	unsigned int i;

	if (!wanted)
		wanted = min(1 + num_online_cpus(), 4u);
	tcp_scheds = kcalloc(wanted, sizeof(*tcp_scheds), GFP_KERNEL);
	if (!tcp_scheds)
		return -ENOMEM;
	for (i = 0; i < wanted; i++) {
		struct tcp_sched *sched = &tcp_scheds[i];

		spin_lock_init(&sched->lock);
		INIT_LIST_HEAD(&sched->conns);
		init_waitqueue_head(&sched->wait);
		sched->task = kthread_run(sched_main, sched, "lnet_tcp_%u", i);
		if (IS_ERR(sched->task)) {
			int rc = PTR_ERR(sched->task);

			tcp_scheds_stop();
			return rc;
		}
		tcp_nr_scheds++;
	}
	return 0;
}

/* No connection exists any more. */
void tcp_scheds_stop(void)
{
	while (tcp_nr_scheds)
		kthread_stop(tcp_scheds[--tcp_nr_scheds].task);
	kfree(tcp_scheds);
}
