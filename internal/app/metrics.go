package app

import (
	"crypto/subtle"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"allmende/internal/httpx"
	"allmende/internal/live"
)

// metrics are the figures that Prometheus collects. None of them names a person.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

// newMetrics makes the figures, with those of the process and of Go.
func newMetrics(hub *live.Hub, version string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "allmende_http_requests_total", Help: "Requests answered."},
			[]string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "allmende_http_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10}}, []string{"method", "route"})}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "allmende_build_info", Help: "Always 1; the version is in the label.",
		ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	streams := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "allmende_live_streams", Help: "Open live connections."},
		func() float64 { return float64(hub.Streams()) })
	m.registry.MustRegister(m.requests, m.took, build, streams, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// measure counts one exchange under its route, which is a pattern: paths would
// be without number.
func (m *metrics) measure(x httpx.Exchange) {
	method := x.Method
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(method, x.Route, strconv.Itoa(x.Status)).Inc()
	m.took.WithLabelValues(method, x.Route).Observe(x.Took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// bearerOnly answers only who knows the secret.
func bearerOnly(token string, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}
}
