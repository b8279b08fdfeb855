// SPDX-License-Identifier: GPL-2.0
/* ksocklnd.ko: entry, parameters, interfaces. */

#include <linux/inetdevice.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "lnet/tcp/tcp.h"

struct tcp_tunables tcp_tunables = {
	.port = 988,
	.timeout_s = 50,
	.connect_timeout_s = 5,
	.keepalive_s = 30,
	.min_bulk = 1024,
};

struct workqueue_struct *tcp_wq;

module_param_named(port, tcp_tunables.port, uint, 0444);
MODULE_PARM_DESC(port, "TCP port to listen on and to connect to");
module_param_named(sock_timeout, tcp_tunables.timeout_s, uint, 0644);
MODULE_PARM_DESC(sock_timeout, "seconds without progress after which a connection is given up");
module_param_named(connect_timeout, tcp_tunables.connect_timeout_s, uint, 0644);
MODULE_PARM_DESC(connect_timeout,
		 "seconds to wait for a connection, and for each step of the greeting");
module_param_named(keepalive, tcp_tunables.keepalive_s, uint, 0644);
MODULE_PARM_DESC(keepalive, "seconds of silence after which we show that we are alive (0 = never)");
module_param_named(min_bulk, tcp_tunables.min_bulk, uint, 0644);
MODULE_PARM_DESC(min_bulk,
		 "smallest message, in bytes, that is sent on the connections for bulk data");
module_param_named(nscheds, tcp_tunables.nr_scheds, uint, 0444);
MODULE_PARM_DESC(nscheds, "threads that serve connections (0 = 1 + number of CPUs, at most 4)");
module_param_named(accept_any_port, tcp_tunables.accept_any_port, bool, 0644);
MODULE_PARM_DESC(accept_any_port, "accept connections from ports that any user can use (insecure)");

/* ---- addresses ---- */

/*
 * Whether an address is the one an administrator means by a name, a label or the address itself; ""
 * is any.
 */
static bool ifa_is_wanted(const struct in_ifaddr *ifa, const struct net_device *dev,
			  const char *interface, u32 addr)
{
	if (addr)
		return ntohl(ifa->ifa_local) == addr;
	return !*interface || !strcmp(dev->name, interface) || !strcmp(ifa->ifa_label, interface);
}

/* Finds the IPv4 address of an interface that is up. */
static int find_addr(const char *interface, u32 *found, struct lnet_report *why)
{
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	struct net_device *dev;
	bool is_down = false;
	lnet_nid_t nid;
	char text[96];
	u32 addr = 0;

	snprintf(text, sizeof(text), "%s@tcp", interface);
	if (!lnet_nid_parse(text, &nid))
		addr = LNET_NID_ADDR(nid);
	*found = 0;
	rtnl_lock();
	for_each_netdev(&init_net, dev) {
		if (dev->flags & IFF_LOOPBACK)
			continue;
		if (!(dev->flags & IFF_UP)) {
			is_down |= !strcmp(dev->name, interface);
			continue;
		}
		in_dev = __in_dev_get_rtnl(dev);
		if (!in_dev)
			continue;
		in_dev_for_each_ifa_rtnl(ifa, in_dev) {
			if (!*found && ifa_is_wanted(ifa, dev, interface, addr))
				*found = ntohl(ifa->ifa_local);
		}
	}
	rtnl_unlock();
	if (*found)
		return 0;
	if (!*interface)
		snprintf(why->text, sizeof(why->text),
			 "no network interface of this node is up and has an IPv4 address");
	else if (is_down)
		snprintf(why->text, sizeof(why->text), "interface %s is down", interface);
	else if (addr)
		snprintf(why->text, sizeof(why->text),
			 "no interface of this node that is up has address %s", interface);
	else
		snprintf(why->text, sizeof(why->text),
			 "interface %s does not exist or has no IPv4 address", interface);
	return -ENODEV;
}

/* ---- interfaces ---- */

static int tcp_startup(struct lnet_ni *ni, const char *interface, struct lnet_report *why)
{
	struct tcp_ni *tni;
	u32 i;
	int rc;

	tni = kzalloc(sizeof(*tni), GFP_KERNEL);
	if (!tni)
		return -ENOMEM;
	rc = find_addr(interface, &tni->addr, why);
	if (rc)
		goto out_free;
	ni->nid |= tni->addr;
	ni->lnd_data = tni;
	tni->ni = ni;
	/* Grows from life to life, whatever the clock says: peers only compare for equality. */
	tni->incarnation = ktime_get_real_ns() | 1;
	mutex_init(&tni->greetings_mutex);
	spin_lock_init(&tni->lock);
	init_waitqueue_head(&tni->wait);
	INIT_LIST_HEAD(&tni->greetings);
	INIT_DELAYED_WORK(&tni->monitor, tcp_monitor_work);
	for (i = 0; i < TCP_PEER_BUCKETS; i++)
		INIT_HLIST_HEAD(&tni->peers[i]);
	rc = tcp_acceptor_start(tni, why);
	if (rc)
		goto out_free;
	queue_delayed_work(tcp_wq, &tni->monitor, HZ);
	return 0;

out_free:
	kfree(tni);
	return rc;
}

static int tcp_is_on(struct lnet_ni *ni, const char *interface, struct lnet_report *why)
{
	struct tcp_ni *tni = ni->lnd_data;
	u32 addr;
	int rc = find_addr(interface, &addr, why);

	if (rc)
		return rc;
	return addr == tni->addr ? 0 : -EEXIST;
}

static bool is_quiet(struct tcp_ni *tni)
{
	bool quiet;

	spin_lock(&tni->lock);
	quiet = !tni->nr_accepting && !atomic_read(&tni->nr_conns);
	spin_unlock(&tni->lock);
	return quiet;
}

static void tcp_shutdown(struct lnet_ni *ni)
{
	struct tcp_ni *tni = ni->lnd_data;
	struct tcp_greeting *greeting;

	spin_lock(&tni->lock);
	WRITE_ONCE(tni->stopping, true);
	spin_unlock(&tni->lock);
	tcp_acceptor_stop(tni);
	cancel_delayed_work_sync(&tni->monitor);
	/* Whoever waits for a word of a peer hears of the end. */
	mutex_lock(&tni->greetings_mutex);
	list_for_each_entry(greeting, &tni->greetings, link)
		kernel_sock_shutdown(greeting->sock, SHUT_RDWR);
	mutex_unlock(&tni->greetings_mutex);
	tcp_peers_stop(tni);
	wait_event(tni->wait, is_quiet(tni));
}

static void tcp_release(struct lnet_ni *ni)
{
	struct tcp_ni *tni = ni->lnd_data;

	tcp_peers_free(tni);
	kfree(tni);
}

static unsigned int tcp_nr_conns(struct lnet_ni *ni, lnet_nid_t nid)
{
	struct tcp_ni *tni = ni->lnd_data;
	struct tcp_peer *peer;
	unsigned int nr = 0;

	if (nid == LNET_NID_ANY)
		return atomic_read(&tni->nr_conns);
	peer = tcp_peer_find(tni, nid);
	if (!peer)
		return 0;
	spin_lock(&tni->lock);
	nr = list_count_nodes(&peer->conns);
	spin_unlock(&tni->lock);
	return nr;
}

static void tcp_doubt(struct lnet_ni *ni, lnet_nid_t nid)
{
	struct tcp_peer *peer = tcp_peer_find(ni->lnd_data, nid);
	u64 silence_ms = tcp_tunables.connect_timeout_s * MSEC_PER_SEC;

	if (peer && READ_ONCE(peer->alive_ms) + silence_ms <= lnet_now_ms())
		tcp_peer_close(peer, "waiting for an answer", -ETIMEDOUT);
}

static struct lnet_lnd tcp_lnd = {
	.name = "tcp",
	.type = LNET_NET_TCP,
	.owner = THIS_MODULE,
	.startup = tcp_startup,
	.is_on = tcp_is_on,
	.shutdown = tcp_shutdown,
	.release = tcp_release,
	.send = tcp_send,
	.doubt = tcp_doubt,
	.nr_conns = tcp_nr_conns,
};

static int __init tcp_module_init(void)
{
	int rc;

	tcp_wq = alloc_workqueue("ksocklnd", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!tcp_wq)
		return -ENOMEM;
	rc = tcp_scheds_start();
	if (rc)
		goto out_wq;
	rc = lnet_lnd_register(&tcp_lnd);
	if (rc)
		goto out_scheds;
	return 0;

out_scheds:
	tcp_scheds_stop();
out_wq:
	destroy_workqueue(tcp_wq);
	return rc;
}

static void __exit tcp_module_exit(void)
{
	lnet_lnd_unregister(&tcp_lnd);
	tcp_scheds_stop();
	destroy_workqueue(tcp_wq);
}

module_init(tcp_module_init);
module_exit(tcp_module_exit);

MODULE_DESCRIPTION("Sheen: LNet over TCP");
MODULE_LICENSE("GPL");
MODULE_ALIAS("lnet-net-tcp");
