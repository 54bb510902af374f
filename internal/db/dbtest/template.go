package dbtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"
)

// templates are what was migrated in this process, by the migrations' content.
var templates cache

type cache struct {
	mu   sync.Mutex
	made map[string]func() (string, error) // owned by mu
}

// get makes the template of these migrations, once.
func (c *cache) get(migrations fs.FS, build func(fs.FS) (string, error)) (string, error) {
	key, err := fingerprint(migrations)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	if c.made == nil {
		c.made = map[string]func() (string, error){}
	}
	once := c.made[key]
	if once == nil {
		once = sync.OnceValues(func() (string, error) { return build(migrations) })
		c.made[key] = once
	}
	c.mu.Unlock()
	return once()
}

// fingerprint is short and the same for the same names and contents.
func fingerprint(migrations fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(b), b)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:12], err
}
