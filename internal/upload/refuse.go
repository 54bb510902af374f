package upload

import (
	"context"
	"errors"
	"syscall"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/mediafile"
)

// refusal turns what mediafile says into an error with words for people.
func refusal(err error) error {
	var r *mediafile.Refusal
	if err == nil {
		return nil
	}
	if !errors.As(err, &r) {
		return storing(err)
	}
	switch r.Code {
	case mediafile.CodeTooLarge:
		return tooLarge(number(r.Args, "limit")).Because(err)
	case mediafile.CodeTooManyPix:
		return allmende.E(allmende.TooLarge, r.Code, "width", number(r.Args, "width"), "height", number(r.Args, "height"),
			"limit", max(1, number(r.Args, "limit")/1_000_000)).Because(err)
	case mediafile.CodeTooLong:
		return allmende.E(allmende.TooLarge, r.Code, "limit", max(1, number(r.Args, "limit")/60)).Because(err)
	case mediafile.CodeTooFast:
		return allmende.E(allmende.TooLarge, r.Code, "limit", number(r.Args, "limit")).Because(err)
	case mediafile.CodeUnknownType, mediafile.CodeTypeMismatch:
		return allmende.E(allmende.Unsupported, r.Code).Because(err)
	}
	return allmende.E(allmende.Invalid, mediafile.CodeBroken).Because(err)
}

// storing tells a full disk from other trouble; errors that are ours already
// pass through.
func storing(err error) error {
	var tool *mediafile.ToolError
	switch {
	case err == nil, allmende.KindOf(err) != allmende.Internal, errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, blob.ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return diskFull(err)
	case errors.As(err, &tool) && tool.Reason == mediafile.ReasonNoSpace:
		return diskFull(err)
	case errors.As(err, &tool) && tool.Reason == mediafile.ReasonMissing:
		return allmende.E(allmende.Unavailable, "media.tool_missing").Because(err)
	}
	return err
}

func tooLarge(limit int64) *allmende.Error {
	return allmende.E(allmende.TooLarge, mediafile.CodeTooLarge, "limit", mebi(limit))
}

func diskFull(cause error) error {
	return allmende.E(allmende.Unavailable, "error.disk_full").Because(cause)
}

func interrupted(cause error) error {
	return allmende.E(allmende.Invalid, "media.interrupted").Because(cause)
}

// mebi is a limit in whole MiB for sentences, at least one.
func mebi(bytes int64) int64 { return max(1, bytes>>20) }

// number reads a refusal's argument, whatever integer it is.
func number(args map[string]any, name string) int64 {
	switch n := args[name].(type) {
	case int:
		return int64(n)
	case int64:
		return n
	}
	return 0
}
