package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/db"
	"allmende/internal/lang"
)

// What a backup consists of. Media lie in it as in the data directory, each
// under the SHA-256 of its bytes, so their names are their checksums.
const (
	backupList     = "manifest.json"
	backupSettings = "allmende.toml"
	backupSQLite   = "allmende.db"
	backupPostgres = "allmende.dump"
	backupMedia    = "media"
)

// manifest says what is in a backup.
type manifest struct {
	Format   int               `json:"format"`
	Version  string            `json:"version"` // of the program
	Made     time.Time         `json:"made"`
	Engine   string            `json:"engine"` // "sqlite", "postgres"
	URL      string            `json:"url"`
	Files    map[string]string `json:"files"` // SHA-256 by name
	Media    map[string]int64  `json:"media"` // size by hash
	InBucket bool              `json:"in_bucket,omitempty"`
}

// manifestFormat grows when an older program could not read a backup.
const manifestFormat = 1

// noteEvery is how often a long command says how far it is.
const noteEvery = 700 * time.Millisecond

// backup writes everything that cannot be made anew into a directory, of one
// moment: first the database, then the media it speaks of. A second backup
// into the same directory copies only new media.
func (h *House) backup(ctx context.Context, tag lang.Tag, dir string, v Voice) error {
	if err := os.MkdirAll(filepath.Join(dir, backupMedia), 0o700); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	m := manifest{Format: manifestFormat, Version: h.Version, Made: h.Now().UTC(), Engine: h.DB.Engine().String(), URL: h.Config.URL,
		Files: map[string]string{}, Media: map[string]int64{}, InBucket: h.Config.S3()}
	v.Note(lang.T(tag, "cli.backup_database"))
	name, err := h.dumpDatabase(ctx, dir)
	if err != nil {
		return err
	}
	if err := h.writeSettings(filepath.Join(dir, backupSettings)); err != nil {
		return err
	}
	for _, file := range []string{name, backupSettings} {
		if m.Files[file], err = checksum(filepath.Join(dir, file)); err != nil {
			return err
		}
	}
	copied := 0
	if !m.InBucket {
		if copied, err = h.copyMedia(ctx, tag, dir, &m, v); err != nil {
			return err
		}
	}
	if err := writeManifest(dir, m); err != nil {
		return err
	}
	v.Say(lang.T(tag, "cli.backup_done", "dir", dir, "files", len(m.Media), "new", copied))
	return nil
}

// dumpDatabase replaces the database in the backup and returns its file's name.
func (h *House) dumpDatabase(ctx context.Context, dir string) (string, error) {
	if h.DB.Engine() == db.Postgres {
		return backupPostgres, pgTool(ctx, h.Config.Database, "pg_dump", "--format=custom", "--file="+filepath.Join(dir, backupPostgres))
	}
	fresh := filepath.Join(dir, backupSQLite+".new")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("backup: %w", err)
	}
	if err := h.DB.Backup(ctx, fresh); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, filepath.Join(dir, backupSQLite)); err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	return backupSQLite, nil
}

// pgTool runs one of PostgreSQL's own programs. The address goes through the
// environment: a command line can be read by everybody on the machine.
func pgTool(ctx context.Context, address, tool string, args ...string) error {
	path, err := exec.LookPath(tool)
	if err != nil {
		return allmende.E(allmende.Unsupported, "cli.pg_missing", "tool", tool).Because(err)
	}
	env, err := pgEnvironment(address)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), env...)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(said.String()))
	}
	return nil
}

func (h *House) writeSettings(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return errors.Join(h.Config.PrintOwn(f), f.Sync(), f.Close())
}

// copyMedia brings the backup's media to what the store holds now: new files
// come in, those that were erased here go there too.
func (h *House) copyMedia(ctx context.Context, tag lang.Tag, dir string, m *manifest, v Voice) (int, error) {
	copied, told := 0, time.Now()
	err := h.Blob.Walk(ctx, func(e blob.Entry) error {
		m.Media[e.Hash] = e.Size
		fresh, err := h.copyBlob(ctx, e.Ref, mediaPath(dir, e.Hash))
		if fresh {
			copied++
		}
		if time.Since(told) > noteEvery {
			told = time.Now()
			v.Note(lang.T(tag, "cli.backup_media", "files", len(m.Media), "new", copied))
		}
		return err
	})
	if err != nil {
		return copied, fmt.Errorf("backup: media: %w", err)
	}
	return copied, dropOther(dir, m.Media)
}

func mediaPath(dir, hash string) string {
	return filepath.Join(dir, backupMedia, hash[:2], hash[2:4], hash)
}

// copyBlob copies one file unless it is there; on the same disk it is linked,
// which costs no room: stored files never change.
func (h *House) copyBlob(ctx context.Context, ref blob.Ref, to string) (bool, error) {
	if info, err := os.Stat(to); err == nil && info.Size() == ref.Size {
		return false, nil
	}
	from, release, err := h.Blob.Local(ctx, ref.Hash)
	if errors.Is(err, blob.ErrNotFound) {
		return false, nil // erased while we walked
	}
	if err != nil {
		return false, err
	}
	defer release()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return false, err
	}
	if os.Link(from, to) == nil {
		return true, nil
	}
	return true, copyFile(from, to)
}

// copyFile copies durably; what is half done never has the wanted name.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	part := to + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, to)
}

// dropOther removes media from a backup that the manifest does not name.
func dropOther(dir string, keep map[string]int64) error {
	return filepath.WalkDir(filepath.Join(dir, backupMedia), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, ok := keep[d.Name()]; ok {
			return nil
		}
		return os.Remove(path)
	})
}

func writeManifest(dir string, m manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	part := filepath.Join(dir, backupList+".part")
	if err := os.WriteFile(part, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return os.Rename(part, filepath.Join(dir, backupList))
}

// checksum is the SHA-256 of a file.
func checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
