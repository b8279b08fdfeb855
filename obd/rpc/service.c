// SPDX-License-Identifier: GPL-2.0
/* Services: threads, their queue, and the life of requests in it. */
#include <linux/export.h>
#include <linux/fs_struct.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/rpc/internal.h"

/*
 * What a service may have waiting; messages beyond that are dropped, and their senders send them
 * again.
 */
#define MAX_REQUESTS	65536u
#define MAX_BYTES	(256u << 20)
#define MAX_MESSAGE	(256u << 10)	/* bytes of one message; bulk data goes other ways */

/* ---- references ---- */

static void service_put(struct rpc_service *svc)
{
	if (refcount_dec_and_test(&svc->refs))
		kfree(svc);
}

/* May another message of @len bytes come in? Then it is counted and holds the service. */
bool rpc_srv_admit(struct rpc_service *svc, u32 len)
{
	bool ok;

	spin_lock(&svc->lock);
	ok = !svc->stopping && len <= MAX_MESSAGE && svc->nr_requests < MAX_REQUESTS &&
	     svc->bytes + len <= MAX_BYTES;
	if (ok) {
		svc->nr_requests++;
		svc->bytes += len;
		refcount_inc(&svc->refs);
		obd_count(OBD_COUNT_SRV_REQUESTS, 1);
	}
	spin_unlock(&svc->lock);
	return ok;
}

void rpc_srv_unadmit(struct rpc_service *svc, u32 len)
{
	spin_lock(&svc->lock);
	svc->bytes -= len;
	obd_count(OBD_COUNT_SRV_REQUESTS, -1);
	if (!--svc->nr_requests)
		wake_up_all(&svc->idle);
	spin_unlock(&svc->lock);
	service_put(svc);
}

void rpc_srv_put(struct rpc_srv_state *st)
{
	struct rpc_service *svc = st->req.svc;

	if (!refcount_dec_and_test(&st->refs))
		return;
	if (st->exp)
		export_put(st->exp);
	if (st->dev)
		obd_put(st->dev);
	kvfree(st->req.repmsg);
	rpc_srv_unadmit(svc, st->msg_len);
	kvfree(st);
}

/* ---- the queue ---- */

void rpc_srv_queue(struct rpc_srv_state *st)
{
	struct rpc_service *svc = st->req.svc;
	bool drop;

	spin_lock(&svc->lock);
	drop = svc->stopping;
	if (!drop) {
		list_add_tail(&st->queue_link, &svc->queue);
		svc->nr_queued++;
		if (svc->nr_busy + svc->nr_queued > svc->nr_threads &&
		    svc->nr_threads < svc->threads_max)
			queue_work(node_var(rpc_node)->wq, &svc->grow);
		wake_up(&svc->wait);
	}
	spin_unlock(&svc->lock);
	if (drop && rpc_srv_retire(st))
		rpc_srv_put(st);
}

/* From now on the client is told before it gives up waiting. */
void rpc_srv_timed(struct rpc_srv_state *st)
{
	struct rpc_service *svc = st->req.svc;

	spin_lock(&svc->lock);
	if (!svc->stopping) {
		if (list_empty(&svc->timed))
			queue_delayed_work(node_var(rpc_node)->wq, &svc->early,
					   msecs_to_jiffies(1000));
		list_add_tail(&st->timed_link, &svc->timed);
	}
	spin_unlock(&svc->lock);
}

/* The next request, with a reference for the thread; the thread is busy then. */
static struct rpc_srv_state *dequeue(struct rpc_service *svc)
{
	struct rpc_srv_state *st;

	spin_lock(&svc->lock);
	st = svc->stopping ? NULL :
	     list_first_entry_or_null(&svc->queue, struct rpc_srv_state, queue_link);
	if (st) {
		list_del_init(&st->queue_link);
		svc->nr_queued--;
		svc->nr_busy++;
		refcount_inc(&st->refs);
	}
	spin_unlock(&svc->lock);
	return st;
}

static bool has_work(struct rpc_service *svc)
{
	bool work;

	spin_lock(&svc->lock);
	work = !list_empty(&svc->queue) && !svc->stopping;
	spin_unlock(&svc->lock);
	return work;
}

/* ---- threads ---- */

/*
 * Kernel threads share one file mode creation mask. Those that make files for clients have one of
 * their own, which takes nothing away: requests bring the mask of the program.
 */
static void clear_umask(struct rpc_service *svc)
{
	if (unshare_fs_struct())
		pr_warn("%s: no memory for the file mode creation mask of a thread: files that it makes lack permissions for group and others\n",
			svc->name);
	else
		current->fs->umask = 0;
}

static int thread_main(void *data)
{
	struct rpc_service *svc = data;
	struct rpc_srv_state *st;

	clear_umask(svc);
	while (!kthread_should_stop()) {
		wait_event_idle_exclusive(svc->wait, has_work(svc) || kthread_should_stop());
		st = dequeue(svc);
		if (!st)
			continue;
		rpc_srv_handle(st);
		rpc_srv_put(st);
		spin_lock(&svc->lock);
		svc->nr_busy--;
		spin_unlock(&svc->lock);
	}
	return 0;
}

static int thread_start(struct rpc_service *svc)
{
	struct rpc_srv_thread *t = kzalloc(sizeof(*t), GFP_KERNEL);
	struct task_struct *task;

	if (!t)
		return -ENOMEM;
	task = kthread_create(thread_main, svc, "%s_%u", svc->name, svc->nr_threads);
	if (IS_ERR(task)) {
		kfree(t);
		return PTR_ERR(task);
	}
	t->task = task;
	spin_lock(&svc->lock);
	list_add_tail(&t->link, &svc->threads);
	svc->nr_threads++;
	spin_unlock(&svc->lock);
	wake_up_process(task);
	return 0;
}

static void grow_work(struct work_struct *work)
{
	struct rpc_service *svc = container_of(work, struct rpc_service, grow);
	bool more;

	spin_lock(&svc->lock);
	more = !svc->stopping && svc->nr_threads < svc->threads_max && svc->nr_queued;
	spin_unlock(&svc->lock);
	if (more && thread_start(svc))
		pr_warn_ratelimited("%s: cannot start another thread\n", svc->name);
}

static void threads_stop(struct rpc_service *svc)
{
	struct rpc_srv_thread *t, *next;

	list_for_each_entry_safe(t, next, &svc->threads, link) {
		kthread_stop(t->task);
		kfree(t);
	}
	INIT_LIST_HEAD(&svc->threads);
}

/* ---- start and stop ---- */

static void portals_close(struct rpc_service *svc)
{
	while (svc->nr_portals)
		lnet_unlisten(svc->portals[--svc->nr_portals].portal);
}

static int portals_open(struct rpc_service *svc, const u32 *portals)
{
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(svc->portals) && portals[i]; i++) {
		struct rpc_srv_portal *p = &svc->portals[i];

		p->listener.alloc = rpc_srv_alloc;
		p->listener.received = rpc_srv_received;
		p->svc = svc;
		p->portal = portals[i];
		if (!rpc_reply_portal(p->portal))
			return -EINVAL;
		rc = lnet_listen(p->portal, &p->listener);
		if (rc)
			return rc;
		svc->nr_portals++;
	}
	return 0;
}

static struct rpc_service *service_alloc(const struct rpc_service_desc *desc)
{
	struct rpc_service *svc = kzalloc(sizeof(*svc), GFP_KERNEL);

	if (!svc)
		return NULL;
	refcount_set(&svc->refs, 1);
	strscpy(svc->name, desc->name, sizeof(svc->name));
	svc->threads_min = max(desc->threads_min, 1u);
	svc->threads_max = max(desc->threads_max, svc->threads_min);
	svc->handlers = desc->handlers;
	spin_lock_init(&svc->lock);
	INIT_LIST_HEAD(&svc->node_link);
	INIT_LIST_HEAD(&svc->queue);
	INIT_LIST_HEAD(&svc->timed);
	INIT_LIST_HEAD(&svc->threads);
	init_waitqueue_head(&svc->wait);
	init_waitqueue_head(&svc->idle);
	INIT_DELAYED_WORK(&svc->early, rpc_srv_early_work);
	INIT_WORK(&svc->grow, grow_work);
	return svc;
}

int rpc_service_start(const struct rpc_service_desc *desc, struct rpc_service **svcp)
{
	struct rpc_service *svc = service_alloc(desc);
	unsigned int i;
	int rc = 0;

	if (!svc)
		return -ENOMEM;
	for (i = 0; i < svc->threads_min && !rc; i++)
		rc = thread_start(svc);
	if (!rc)
		rc = portals_open(svc, desc->portals);
	if (rc) {
		rpc_service_stop(svc);
		return rc;
	}
	spin_lock(&node_var(rpc_node)->lock);
	list_add_tail(&svc->node_link, &node_var(rpc_node)->services);
	spin_unlock(&node_var(rpc_node)->lock);
	*svcp = svc;
	return 0;
}
EXPORT_SYMBOL_GPL(rpc_service_start);

static void queue_drop(struct rpc_service *svc)
{
	struct rpc_srv_state *st, *next;
	LIST_HEAD(queue);

	spin_lock(&svc->lock);
	list_splice_init(&svc->queue, &queue);
	svc->nr_queued = 0;
	spin_unlock(&svc->lock);
	list_for_each_entry_safe(st, next, &queue, queue_link) {
		list_del_init(&st->queue_link);
		if (rpc_srv_retire(st))
			rpc_srv_put(st);
	}
}

static bool is_empty(struct rpc_service *svc)
{
	bool empty;

	spin_lock(&svc->lock);
	empty = !svc->nr_requests;
	spin_unlock(&svc->lock);
	return empty;
}

void rpc_service_stop(struct rpc_service *svc)
{
	if (!svc)
		return;
	portals_close(svc);
	spin_lock(&node_var(rpc_node)->lock);
	list_del_init(&svc->node_link);
	spin_unlock(&node_var(rpc_node)->lock);
	spin_lock(&svc->lock);
	svc->stopping = true;
	spin_unlock(&svc->lock);
	cancel_work_sync(&svc->grow);
	threads_stop(svc);
	queue_drop(svc);
	cancel_delayed_work_sync(&svc->early);
	/*
	 * Replies that are leaving, and requests that others hold: they keep the service if they
	 * take too long.
	 */
	if (!wait_event_timeout(svc->idle, is_empty(svc), max(obd_timeout(), 1u) * HZ))
		pr_warn("%s: stopped with requests that are not answered\n", svc->name);
	service_put(svc);
}
EXPORT_SYMBOL_GPL(rpc_service_stop);
