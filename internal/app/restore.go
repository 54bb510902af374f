package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/config"
	"allmende/internal/db"
	"allmende/internal/lang"
	"allmende/internal/store"
)

// Restore reads a backup into an empty data directory. Everything in the
// backup is checked first; nothing is written unless all of it is whole.
func Restore(ctx context.Context, cfg config.Config, dir string, tag lang.Tag, v Voice) error {
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	lock, err := lockDir(ctx, cfg.Data)
	if err != nil {
		return err
	}
	err = restore(ctx, cfg, dir, m, tag, v)
	return errors.Join(err, lock.release())
}

func restore(ctx context.Context, cfg config.Config, dir string, m manifest, tag lang.Tag, v Voice) error {
	if err := mayRestore(cfg, m); err != nil {
		return err
	}
	if err := verify(ctx, dir, m, tag, v); err != nil {
		return err
	}
	if err := restoreMedia(ctx, cfg, dir, m, tag, v); err != nil {
		return err
	}
	v.Note(lang.T(tag, "cli.restore_database"))
	if err := restoreDatabase(ctx, cfg, dir); err != nil {
		return err
	}
	d, err := db.Open(ctx, cfg.DatabaseDSN(), db.Options{Migrations: store.Migrations})
	if err != nil {
		return fmt.Errorf("restore: the database: %w", err)
	}
	if err := d.Close(); err != nil {
		return err
	}
	v.Say(lang.T(tag, "cli.restore_done", "data", cfg.Data, "made", lang.DateTime(tag, m.Made), "files", len(m.Media)))
	return nil
}

func readManifest(dir string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(filepath.Join(dir, backupList))
	if errors.Is(err, fs.ErrNotExist) {
		return m, allmende.E(allmende.NotFound, "cli.restore_no_backup", "dir", dir).Because(err)
	}
	if err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, allmende.E(allmende.Invalid, "cli.restore_broken", "file", backupList).Because(err)
	}
	if m.Format > manifestFormat {
		return m, allmende.E(allmende.Unsupported, "cli.restore_newer", "version", m.Version)
	}
	return m, nil
}

// mayRestore refuses where something is already, and where the backup does not fit.
func mayRestore(cfg config.Config, m manifest) error {
	if (m.Engine == "postgres") != cfg.Postgres() {
		return allmende.E(allmende.Invalid, "cli.restore_engine", "engine", m.Engine)
	}
	if !cfg.Postgres() {
		if _, err := os.Stat(cfg.DatabaseDSN()); err == nil {
			return allmende.E(allmende.Conflict, "cli.restore_not_empty", "what", cfg.DatabaseDSN())
		}
	}
	if cfg.S3() {
		return nil
	}
	found, err := filepath.Glob(filepath.Join(cfg.MediaDir(), "blobs", "??", "??", "*"))
	if err == nil && len(found) > 0 {
		return allmende.E(allmende.Conflict, "cli.restore_not_empty", "what", cfg.MediaDir())
	}
	return err
}

// verify reads the whole backup and compares it with its checksums.
func verify(ctx context.Context, dir string, m manifest, tag lang.Tag, v Voice) error {
	for name, want := range m.Files {
		if !filepath.IsLocal(name) {
			return allmende.E(allmende.Invalid, "cli.restore_broken", "file", name)
		}
		if err := compare(filepath.Join(dir, name), want); err != nil {
			return err
		}
	}
	told, n := time.Now(), 0
	for hash := range m.Media {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(hash) != 64 || !filepath.IsLocal(hash) {
			return allmende.E(allmende.Invalid, "cli.restore_broken", "file", hash)
		}
		if err := compare(mediaPath(dir, hash), hash); err != nil {
			return err
		}
		if n++; time.Since(told) > noteEvery {
			told = time.Now()
			v.Note(lang.T(tag, "cli.restore_verified", "files", n, "of", len(m.Media)))
		}
	}
	return nil
}

func compare(path, want string) error {
	got, err := checksum(path)
	if err != nil || got != want {
		return allmende.E(allmende.Invalid, "cli.restore_broken", "file", path).Because(err)
	}
	return nil
}

func restoreMedia(ctx context.Context, cfg config.Config, dir string, m manifest, tag lang.Tag, v Voice) error {
	if m.InBucket || len(m.Media) == 0 {
		return nil
	}
	blobs, err := openBlobs(cfg, blob.DefaultReserve)
	if err != nil {
		return err
	}
	told, n := time.Now(), 0
	for hash := range m.Media {
		f, err := os.Open(mediaPath(dir, hash))
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		_, err = blobs.Put(ctx, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("restore: media: %w", err)
		}
		if n++; time.Since(told) > noteEvery {
			told = time.Now()
			v.Note(lang.T(tag, "cli.restore_media", "files", n, "of", len(m.Media)))
		}
	}
	return nil
}

func restoreDatabase(ctx context.Context, cfg config.Config, dir string) error {
	if cfg.Postgres() {
		args := []string{"--no-owner", "--exit-on-error", "--single-transaction", "--dbname=", filepath.Join(dir, backupPostgres)}
		env, err := pgEnvironment(cfg.Database)
		if err != nil {
			return err
		}
		for _, e := range env {
			if name, ok := strings.CutPrefix(e, "PGDATABASE="); ok {
				args[3] = "--dbname=" + name
			}
		}
		return pgTool(ctx, cfg.Database, "pg_restore", args...)
	}
	if err := copyFile(filepath.Join(dir, backupSQLite), cfg.DatabaseDSN()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}
