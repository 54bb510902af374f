//go:build linux || darwin || freebsd

package blob

import "golang.org/x/sys/unix"

// diskSpace tells what an ordinary user may still write on the disk of path, and how large that disk is.
func diskSpace(path string) (free, total int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	size := int64(s.Bsize)
	return int64(s.Bavail) * size, int64(s.Blocks) * size, nil
}
