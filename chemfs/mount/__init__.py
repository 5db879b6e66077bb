"""The mount itself: the daemon, the mountpoint, the kernel's FUSE protocol and its inodes."""
