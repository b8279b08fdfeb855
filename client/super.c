// SPDX-License-Identifier: GPL-2.0
/* lustre.ko: file system type, mounting, inodes' memory. */
#include <linux/backing-dev.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/statfs.h>
#include <linux/uuid.h>

#include "client/client.h"
#include "client/handle.h"

static struct kmem_cache *inode_cache;

/* ---- inodes' memory ---- */

static struct inode *lustre_alloc_inode(struct super_block *sb)
{
	struct lustre_inode *li = alloc_inode_sb(sb, inode_cache, GFP_KERNEL);

	if (!li)
		return NULL;
	memset(&li->fid, 0, sizeof(li->fid));
	li->layout = NULL;
	li->layout_error = 0;
	li->layout_known = false;
	li->size_known = false;
	li->fresh = false;
	li->names_era = 1;
	li->name_era = 1;
	li->xattr_era = 1;
	li->no_caps = 0;
	li->flags = 0;
	INIT_LIST_HEAD(&li->aheads);
	INIT_LIST_HEAD(&li->runs);
	li->link = NULL;
	li->btime = (struct timespec64){};
	li->changed = (struct timespec64){};
	li->told = false;
	li->told_atime = (struct timespec64){};
	li->told_ctime = (struct timespec64){};
	li->reserved = 0;
	li->reserved_end = 0;
	li->times_doubted = false;
	li->atime_news = false;
	li->reread = false;
	li->kept = 0;
	return &li->vfs_inode;
}

static void lustre_free_inode(struct inode *inode)
{
	kfree(lustre_i(inode)->link);
	kmem_cache_free(inode_cache, lustre_i(inode));
}

static void inode_once(void *mem)
{
	struct lustre_inode *li = mem;

	inode_init_once(&li->vfs_inode);
	mutex_init(&li->layout_lock);
	spin_lock_init(&li->size_lock);
}

int lustre_inode_cache_init(void)
{
	inode_cache = kmem_cache_create("lustre_inode_cache", sizeof(struct lustre_inode), 0,
					SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT, inode_once);
	return inode_cache ? 0 : -ENOMEM;
}

void lustre_inode_cache_exit(void)
{
	/* Inodes are freed after a grace period. */
	rcu_barrier();
	kmem_cache_destroy(inode_cache);
}

/*
 * Without a name the file may be open elsewhere yet: what is cached of it has to be written. If it
 * is not, its objects go, and with their locks what is cached.
 */
static int lustre_drop_inode(struct inode *inode)
{
	return inode_unhashed(inode) || (generic_drop_inode(inode) && !lustre_unwritten(inode));
}

static void lustre_evict_inode(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	lustre_kept_close(inode);
	lustre_runs_free(inode);
	lustre_layout_free(inode);
}

/* ---- super block ---- */

static int lustre_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct lustre_sb *sbi = lustre_sb(dentry->d_sb);
	struct wire_statfs st;
	struct osc *osc;
	unsigned long i;
	u64 scale;
	int rc = mdc_statfs(sbi->mdc, &st);

	if (rc)
		return rc;
	buf->f_type = LUSTRE_SUPER_MAGIC;
	buf->f_bsize = PAGE_SIZE;
	buf->f_files = le64_to_cpu(st.files);
	buf->f_ffree = le64_to_cpu(st.ffree);
	buf->f_namelen = NAME_MAX;
	buf->f_fsid = u64_to_fsid(huge_encode_dev(dentry->d_sb->s_dev));
	/* Space is that of the OSTs that answer. */
	xa_for_each(&sbi->oscs, i, osc) {
		if (!osc_usable(osc) || osc_statfs(osc, &st))
			continue;
		scale = max(le32_to_cpu(st.bsize) / (u32)PAGE_SIZE, 1u);
		buf->f_blocks += le64_to_cpu(st.blocks) * scale;
		buf->f_bfree += le64_to_cpu(st.bfree) * scale;
		buf->f_bavail += le64_to_cpu(st.bavail) * scale;
	}
	return 0;
}

static int lustre_show_options(struct seq_file *m, struct dentry *root)
{
	static const char *const flock[] = {
		[LUSTRE_FLOCK] = "flock",
		[LUSTRE_FLOCK_LOCAL] = "localflock",
		[LUSTRE_FLOCK_NONE] = "noflock",
	};
	struct lustre_sb *sbi = lustre_sb(root->d_sb);

	seq_printf(m, ",%s,user_xattr", flock[sbi->flock]);
	if (sbi->exclude)
		seq_show_option(m, "exclude", sbi->exclude);
	return 0;
}

static int lustre_sync_fs(struct super_block *sb, int wait)
{
	struct lustre_sb *sbi = lustre_sb(sb);
	struct fid none = {};
	struct osc *osc;
	unsigned long i;
	int rc, err = 0;

	if (!wait)
		return 0;
	xa_for_each(&sbi->oscs, i, osc) {
		rc = osc_usable(osc) ? osc_sync(osc, &none) : 0;
		err = err ?: rc;
	}
	rc = mdc_sync(sbi->mdc, NULL);
	return err ?: rc;
}

static void lustre_umount_begin(struct super_block *sb)
{
	struct lustre_sb *sbi = lustre_sb(sb);
	struct osc *osc;
	unsigned long i;

	/* umount -f: whoever waits for a server gets an error now. */
	sbi->force = true;
	rpc_import_set_active(mdc_import(sbi->mdc), false);
	xa_for_each(&sbi->oscs, i, osc)
		rpc_import_set_active(osc_import(osc), false);
}

static const struct super_operations lustre_sops = {
	.alloc_inode = lustre_alloc_inode,
	.free_inode = lustre_free_inode,
	.drop_inode = lustre_drop_inode,
	.evict_inode = lustre_evict_inode,
	.statfs = lustre_statfs,
	.sync_fs = lustre_sync_fs,
	.show_options = lustre_show_options,
	.umount_begin = lustre_umount_begin,
};

static struct inode *root_inode(struct super_block *sb)
{
	struct lustre_sb *sbi = lustre_sb(sb);
	struct mdc_reply r;
	struct inode *inode;
	int rc = mdc_get_root(sbi->mdc, sbi->subdir, &sbi->root);

	if (!rc)
		rc = mdc_getattr(sbi->mdc, &sbi->root, false, &r);
	if (rc)
		return ERR_PTR(rc);
	inode = S_ISDIR(le32_to_cpu(r.body->mode)) ? lustre_iget(sb, &r) : ERR_PTR(-ENOTDIR);
	mdc_reply_put(&r);
	return inode;
}

static int lustre_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct lustre_sb *sbi = sb->s_fs_info;
	struct inode *root;
	int rc;

	sbi->sb = sb;
	sb->s_magic = LUSTRE_SUPER_MAGIC;
	sb->s_op = &lustre_sops;
	sb->s_d_op = &lustre_dops;
	sb->s_export_op = &lustre_export_ops;
	sb->s_xattr = (const struct xattr_handler **)lustre_xattr_handlers;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_time_min = S64_MIN;
	sb->s_time_max = S64_MAX;
	sb->s_flags |= SB_NOSEC;
	/* Who has little memory to himself is slowed down by his own dirty pages. */
	sb->s_iflags |= SB_I_CGROUPWB;
	rc = super_setup_bdi(sb);
	if (rc)
		return rc;
	sb->s_bdi->ra_pages = (4u << 20) / PAGE_SIZE;
	sb->s_bdi->io_pages = (4u << 20) / PAGE_SIZE;
	rc = lustre_connect(sbi);
	if (rc) {
		errorfc(fc, "%s: cannot mount: error %d; the kernel log has more", sbi->source, rc);
		return rc;
	}
	/* Stock servers keep whole seconds. */
	sb->s_time_gran = mdc_extra(sbi->mdc) ? 1 : NSEC_PER_SEC;
	if (rpc_import_flags(mdc_import(sbi->mdc)) & CONN_ACL)
		sb->s_flags |= SB_POSIXACL;
	root = root_inode(sb);
	if (IS_ERR(root)) {
		errorfc(fc, "%s: the directory cannot be mounted: error %ld", sbi->source,
			PTR_ERR(root));
		return PTR_ERR(root);
	}
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static void sbi_free(struct lustre_sb *sbi)
{
	xa_destroy(&sbi->oscs);
	kfree(sbi->source);
	kfree(sbi->exclude);
	kfree(sbi->subdir);
	kfree(sbi);
}

static void lustre_kill_sb(struct super_block *sb)
{
	struct lustre_sb *sbi = lustre_sb(sb);

	if (!sbi) {
		kill_anon_super(sb);
		return;
	}
	/* From now on locks are given up without a look at inodes, since all is written. */
	if (sb->s_root)
		sync_filesystem(sb);
	down_write(&sbi->callbacks);
	kill_anon_super(sb);
	/* Who walks a path without references may yet look for locks. */
	synchronize_rcu();
	lustre_disconnect(sbi);
	up_write(&sbi->callbacks);
	sbi_free(sbi);
}

/* ---- mount parameters ---- */

enum { OPT_DEVICE, OPT_FLOCK, OPT_LOCALFLOCK, OPT_NOFLOCK, OPT_USER_XATTR, OPT_EXCLUDE };

static const struct fs_parameter_spec lustre_params[] = {
	fsparam_string("device", OPT_DEVICE),
	fsparam_flag("flock", OPT_FLOCK),
	fsparam_flag("localflock", OPT_LOCALFLOCK),
	fsparam_flag("noflock", OPT_NOFLOCK),
	fsparam_flag("user_xattr", OPT_USER_XATTR),
	fsparam_string("exclude", OPT_EXCLUDE),
	{}
};

/* "NID[,NID...][:NID...]:/fsname[/subdir]" */
static int source_parse(struct fs_context *fc, struct lustre_sb *sbi, char *text)
{
	char *slash = strstr(text, ":/"), *word;
	size_t len = slash ? strcspn(slash + 2, "/") : 0;

	if (!len || len >= LUSTRE_FSNAME_SIZE)
		return invalfc(fc, "the source looks like 10.0.0.1@tcp:/fsname");
	*slash = 0;
	memcpy(sbi->fsname, slash + 2, len);
	if (slash[2 + len]) {
		sbi->subdir = kstrdup(slash + 2 + len, GFP_KERNEL);
		if (!sbi->subdir)
			return -ENOMEM;
	}
	while ((word = strsep(&text, ",:"))) {
		if (sbi->nr_mgs_nids == MGC_MAX_NIDS)
			return invalfc(fc, "more than %d NIDs of the MGS", MGC_MAX_NIDS);
		if (lnet_nid_parse(word, &sbi->mgs_nids[sbi->nr_mgs_nids]))
			return invalfc(fc, "'%s' is no NID like 10.0.0.1@tcp", word);
		sbi->nr_mgs_nids++;
	}
	return 0;
}

static int lustre_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct fs_parse_result result;
	struct lustre_sb *sbi = fc->s_fs_info;
	int opt = fs_parse(fc, lustre_params, param, &result);

	if (opt == -ENOPARAM)
		return vfs_parse_fs_param_source(fc, param);
	if (opt < 0)
		return opt;
	switch (opt) {
	case OPT_FLOCK:
		sbi->flock = LUSTRE_FLOCK;
		break;
	case OPT_LOCALFLOCK:
		sbi->flock = LUSTRE_FLOCK_LOCAL;
		break;
	case OPT_NOFLOCK:
		sbi->flock = LUSTRE_FLOCK_NONE;
		break;
	case OPT_DEVICE:
		if (!sbi->source)
			swap(sbi->source, param->string);
		break;
	case OPT_EXCLUDE:
		swap(sbi->exclude, param->string);
		break;
	}
	return 0;
}

static int lustre_get_tree(struct fs_context *fc)
{
	struct lustre_sb *sbi = fc->s_fs_info;
	char *copy;
	int rc;

	/*
	 * The helper gives the source with host names resolved as "device"; without it the source
	 * itself counts.
	 */
	if (!sbi->source && fc->source)
		sbi->source = kstrdup(fc->source, GFP_KERNEL);
	if (!sbi->source)
		return invalfc(fc, "no source");
	copy = kstrdup(sbi->source, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rc = source_parse(fc, sbi, copy);
	kfree(copy);
	return rc ?: get_tree_nodev(fc, lustre_fill_super);
}

static int lustre_reconfigure(struct fs_context *fc)
{
	sync_filesystem(fc->root->d_sb);
	return 0;
}

static void lustre_free_fc(struct fs_context *fc)
{
	if (fc->s_fs_info)
		sbi_free(fc->s_fs_info);
}

static const struct fs_context_operations lustre_context_ops = {
	.free = lustre_free_fc,
	.parse_param = lustre_parse_param,
	.get_tree = lustre_get_tree,
	.reconfigure = lustre_reconfigure,
};

static int lustre_init_fs_context(struct fs_context *fc)
{
	struct lustre_sb *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);
	u8 random[16];

	if (!sbi)
		return -ENOMEM;
	xa_init(&sbi->oscs);
	init_rwsem(&sbi->callbacks);
	init_waitqueue_head(&sbi->oscs_grown);
	sbi->flock_salt = get_random_u64();
	generate_random_uuid(random);
	snprintf(sbi->uuid, sizeof(sbi->uuid), "%pU", random);
	snprintf(sbi->instance, sizeof(sbi->instance), "%016llx", get_random_u64());
	fc->s_fs_info = sbi;
	fc->ops = &lustre_context_ops;
	return 0;
}

static struct file_system_type lustre_fs_type = {
	.owner = THIS_MODULE,
	.name = "lustre",
	.init_fs_context = lustre_init_fs_context,
	.parameters = lustre_params,
	.kill_sb = lustre_kill_sb,
	.fs_flags = FS_RENAME_DOES_D_MOVE,
};
MODULE_ALIAS_FS("lustre");

static int __init lustre_init(void)
{
	int rc = lustre_inode_cache_init();

	if (rc)
		return rc;
	rc = register_filesystem(&lustre_fs_type);
	if (rc)
		lustre_inode_cache_exit();
	return rc;
}

static void __exit lustre_exit(void)
{
	unregister_filesystem(&lustre_fs_type);
	lustre_inode_cache_exit();
}

module_init(lustre_init);
module_exit(lustre_exit);

MODULE_DESCRIPTION("Sheen client: the mounted file system");
MODULE_LICENSE("GPL");
