package mediafile

import (
	"errors"
	"fmt"
)

// The codes of refusals; each is also a message key.
const (
	CodeUnknownType  = "media.unknown_type"      // none of the kinds we take
	CodeTypeMismatch = "media.type_mismatch"     // the head says one thing, the rest another
	CodeTooLarge     = "media.too_large"         // args: size, limit (bytes), kind
	CodeTooManyPix   = "media.too_many_pixels"   // args: width, height, limit (pixels)
	CodeTooLong      = "media.too_long"          // args: seconds, limit
	CodeTooFast      = "media.too_many_frames"   // args: fps or frames, limit
	CodeBroken       = "media.broken"            // can't be read
	CodeNoScrub      = "media.scrub_unsupported" // place and serial numbers can't be taken out without re-encoding
)

// Refusal says why a file is not taken. It is the file's fault, so trying again is no use.
type Refusal struct {
	Code  string
	Args  map[string]any // what the sentence for people needs
	cause error
}

// Error says the code and the cause, for logs.
func (r *Refusal) Error() string {
	s := r.Code
	if len(r.Args) > 0 {
		s = fmt.Sprintf("%s %v", s, r.Args)
	}
	if r.cause != nil {
		s += ": " + r.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.cause }

// RefusalCode gives the code of err if it is a refusal, else "".
func RefusalCode(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func refuse(code string, args map[string]any) *Refusal { return &Refusal{Code: code, Args: args} }

func broken(format string, args ...any) *Refusal {
	return &Refusal{Code: CodeBroken, cause: fmt.Errorf(format, args...)}
}
