// Package httpx holds what all doors that speak HTTP share: the one log line a
// request, client addresses, security headers, limits, compression, reading of
// forms and JSON, the table from kinds of errors to statuses, and a server that
// stops in time.
//
// A door mounts Observer first, then Secure, Compress and a Limiter, all with
// Use on its chi router, so that the log knows the route's pattern.
package httpx
