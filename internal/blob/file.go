package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// AdoptFile is Adopt for a file whose hash nobody has computed yet.
func AdoptFile(ctx context.Context, to Store, path string) (Ref, error) {
	f, err := os.Open(path)
	if err != nil {
		return Ref{}, fmt.Errorf("adopting a file: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return Ref{}, fmt.Errorf("adopting a file: %w", err)
	}
	ref := Ref{Hash: hex.EncodeToString(sum.Sum(nil)), Size: n}
	return ref, to.Adopt(ctx, path, ref)
}
