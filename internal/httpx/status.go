package httpx

import (
	"context"
	"errors"
	"net/http"

	"allmende"
)

// statusCanceled is written to the log when the client went away before the
// answer was ready; nobody receives it.
const statusCanceled = 499

// statuses is the one table from kinds to HTTP.
var statuses = map[allmende.Kind]int{
	allmende.Internal:    http.StatusInternalServerError,
	allmende.Invalid:     http.StatusUnprocessableEntity,
	allmende.SignIn:      http.StatusUnauthorized,
	allmende.Forbidden:   http.StatusForbidden,
	allmende.NotFound:    http.StatusNotFound,
	allmende.Gone:        http.StatusGone,
	allmende.Conflict:    http.StatusConflict,
	allmende.TooLarge:    http.StatusRequestEntityTooLarge,
	allmende.TooMany:     http.StatusTooManyRequests,
	allmende.Unsupported: http.StatusUnsupportedMediaType,
	allmende.Unavailable: http.StatusServiceUnavailable,
}

// Status is the HTTP status of an error: 200 for nil, 499 when the client went
// away, 503 when time ran out, 413 when a body was cut off by LimitBody.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	var e *allmende.Error
	if errors.As(err, &e) && e.Kind != allmende.Internal {
		return statuses[e.Kind]
	}
	var cut *http.MaxBytesError
	switch {
	case errors.As(err, &cut):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, context.Canceled):
		return statusCanceled
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Ours tells whether an error is the server's fault and belongs in the log as one.
func Ours(err error) bool {
	return Status(err) == http.StatusInternalServerError
}
