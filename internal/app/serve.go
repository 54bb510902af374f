package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"allmende/internal/httpx"
)

// stopTime is how long outlets may take to let go of their jobs once the
// server was told to stop; requests drain at the same time.
const stopTime = 9 * time.Second

// Serve starts the outlets and answers until ctx ends; then requests under way
// finish and jobs are let go, within ten seconds.
func (h *House) Serve(ctx context.Context) error {
	l, err := net.Listen("tcp", h.Config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return h.ServeOn(ctx, l)
}

// lean makes the garbage collector run twice as often as usual: a server of a
// small community shares a small machine, and memory is what that has least of.
// Whoever sets GOGC decides otherwise.
func lean() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// ServeOn is Serve on a listener that is there already; it is closed in the end.
func (h *House) ServeOn(ctx context.Context, l net.Listener) error {
	lean()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	others, err := h.otherListeners(ctx, &l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	setup, err := h.web.SetupPath(ctx)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if err := h.Runner.Start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	var beside sync.WaitGroup
	beside.Go(func() { h.clock.Run(ctx) })
	for _, run := range others {
		beside.Go(func() {
			if err := run(ctx); err != nil {
				h.Log.Error("listener", "err", err)
			}
		})
	}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		h.apps.Close()
		patience, done := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer done()
		stopped <- h.Runner.Stop(patience)
	})
	h.serving.Store(true)
	h.Log.Info("listening", "address", l.Addr().String(), "url", h.Config.URL)
	if setup != "" {
		h.tellSetup(h.Config.URL + setup)
	}
	err = httpx.Serve(ctx, l, h.Handler, h.Log)
	cancel()
	err = errors.Join(err, <-stopped)
	beside.Wait()
	return err
}

// tellSetup says where the first admin sets the community up.
func (h *House) tellSetup(address string) {
	h.Log.Warn("set up the community at this address; it works once", "address", address)
	if h.setUpAt != nil {
		h.setUpAt(address)
	}
}

// otherListeners opens everything that listens beside the front door: the
// socket for commands, the metrics page, and with certificates of our own the
// plain door that leads to the encrypted one.
func (h *House) otherListeners(ctx context.Context, front *net.Listener) ([]func(context.Context) error, error) {
	socket, err := h.control()
	if err != nil {
		return nil, err
	}
	all := []func(context.Context) error{socket}
	if address := h.Config.Metrics.Listen; address != "" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", h.metrics.handler())
		all = append(all, func(ctx context.Context) error { return httpx.Serve(ctx, l, mux, h.Log) })
	}
	if h.Config.TLS.Auto {
		plain, err := h.encrypt(ctx, front)
		if err != nil {
			return nil, err
		}
		all = append(all, plain)
	}
	return all, nil
}

// encrypt puts certificates that the server gets itself before the front door,
// and answers on port 80 the authority's questions and everybody else with the
// way to the encrypted address.
func (h *House) encrypt(ctx context.Context, front *net.Listener) (func(context.Context) error, error) {
	site, err := url.Parse(h.Config.URL)
	if err != nil {
		return nil, err
	}
	var magic *certmagic.Config
	cache := certmagic.NewCache(certmagic.CacheOptions{Logger: zap.NewNop(),
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return magic, nil }})
	magic = certmagic.New(cache, certmagic.Config{Storage: &certmagic.FileStorage{Path: h.Config.CertDir()}, Logger: zap.NewNop(),
		OnEvent: h.certificateEvent})
	issuer := certmagic.NewACMEIssuer(magic, certmagic.ACMEIssuer{CA: certmagic.LetsEncryptProductionCA, Email: h.Config.TLS.Mail,
		Agreed: true, Logger: zap.NewNop()})
	magic.Issuers = []certmagic.Issuer{issuer}
	if err := magic.ManageAsync(ctx, []string{site.Hostname()}); err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	settings := magic.TLSConfig()
	settings.MinVersion = tls.VersionTLS12
	settings.NextProtos = append([]string{"h2", "http/1.1"}, settings.NextProtos...)
	*front = tls.NewListener(*front, settings)
	l, err := net.Listen("tcp", ":80")
	if err != nil {
		return nil, fmt.Errorf("the port for certificates: %w", err)
	}
	lead := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, h.Config.URL+r.URL.RequestURI(), http.StatusMovedPermanently)
	})
	return func(ctx context.Context) error { return httpx.Serve(ctx, l, issuer.HTTPChallengeHandler(lead), h.Log) }, nil
}

// certificateEvent tells an admin how getting a certificate goes.
func (h *House) certificateEvent(_ context.Context, event string, data map[string]any) error {
	switch event {
	case "cert_obtained":
		h.Log.Info("certificate", "event", event, "name", data["identifier"], "renewal", data["renewal"])
	case "cert_failed":
		h.Log.Error("certificate", "event", event, "name", data["identifier"], "err", data["error"])
	}
	return nil
}
