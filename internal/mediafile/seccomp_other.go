//go:build linux && !amd64 && !arm64

package mediafile

import "errors"

// denySyscalls is not written for this processor; Landlock and the limits still hold.
func denySyscalls() error { return errors.ErrUnsupported }
