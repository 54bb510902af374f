package blob

import "os"

// SetSpace makes d believe in a disk of this size.
func SetSpace(d *Dir, free, total int64) {
	d.space = func(string) (int64, int64, error) { return free, total, nil }
}

// WriteToFullDevice makes each write fail as on a full disk.
func WriteToFullDevice(d *Dir) {
	d.create = func(string) (*os.File, error) { return os.OpenFile(device(d), os.O_WRONLY, 0) }
}

// device is a link in tmp to the device that is always full, so that removing the half file removes only the link.
func device(d *Dir) string {
	link := d.tmp + "/put-full"
	if err := os.Symlink("/dev/full", link); err != nil {
		panic(err)
	}
	return link
}
