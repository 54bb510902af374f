package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/wire/masto"
)

// req is one request with who asks and what with.
type req struct {
	http.ResponseWriter
	*http.Request
	door    *Door
	lang    lang.Tag
	viewer  allmende.Viewer
	account *allmende.Account // nil: nobody, or an app without a person
	token   *auth.Token       // nil: none was shown
	form    httpx.Form        // address and body together, whatever form it came in
}

// handler answers a request or returns why not; fail draws that.
type handler func(q *req) error

// access says who may ask.
type access struct {
	scope string // that the token must have; empty: any
	level level
	raw   bool // the handler reads the body itself
}

type level int

const (
	anyone level = iota // token or not
	app                 // an app's token suffices
	person              // somebody who may act
)

// open lets everybody in; a token that is shown must have the scope.
func open(scope string) access { return access{scope: scope} }

// need asks for a person's token with a scope.
func need(scope string) access { return access{scope: scope, level: person} }

func (d *Door) handle(a access, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := &req{ResponseWriter: w, Request: r, door: d}
		err := q.begin(a)
		if err == nil {
			err = h(q)
		}
		if err != nil {
			q.fail(err)
		}
	}
}

// begin finds out who asks, counts the request and reads what came with it.
func (q *req) begin(a access) error {
	q.lang = lang.Match(q.Request.Header.Get("Accept-Language"), "")
	httpx.Private(q.ResponseWriter)
	if err := q.readQuery(); err != nil {
		return err
	}
	if err := q.identify(q.bearer()); err != nil {
		return err
	}
	if err := q.count(); err != nil {
		return err
	}
	if q.Method != http.MethodGet && q.Method != http.MethodHead && !a.raw {
		if err := q.readBody(); err != nil {
			return err
		}
	}
	if q.token == nil && q.form.Has("access_token") {
		if err := q.identify(q.form.Raw("access_token")); err != nil {
			return err
		}
	}
	return q.admit(a)
}

func (q *req) bearer() string {
	scheme, token, ok := strings.Cut(q.Request.Header.Get("Authorization"), " ")
	if ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return q.form.Raw("access_token")
}

func (q *req) identify(bearer string) error {
	if bearer == "" {
		return nil
	}
	token, err := q.door.Auth.FindToken(q.Context(), bearer)
	if err != nil {
		return err
	}
	if q.viewer, q.account, err = q.door.Auth.TokenViewer(q.Context(), token); err != nil {
		return err
	}
	q.token = &token
	if q.account != nil && q.account.Lang != "" {
		q.lang = lang.Match("", q.account.Lang)
	}
	q.viewer.Lang = string(q.lang)
	httpx.NoteActor(q.Context(), q.viewer.Actor)
	return nil
}

// count takes the request from the person's, or the address's, quota.
func (q *req) count() error {
	limiter := q.door.Writes
	if q.Method == http.MethodGet || q.Method == http.MethodHead {
		limiter = q.door.Reads
	}
	if limiter == nil {
		return nil
	}
	key := httpx.ByAddr(q.Request)
	if q.viewer.Actor != 0 {
		key = q.viewer.Actor.String()
	}
	quota, ok := limiter.Take(key)
	quota.Header(q.ResponseWriter.Header())
	if !ok {
		return allmende.E(allmende.TooMany, "http.too_many", "count", quota.Seconds())
	}
	return nil
}

// admit checks level and scope. An account that waits for approval, is
// suspended or away has a token and may do nothing with it.
func (q *req) admit(a access) error {
	if q.token == nil {
		if a.level > anyone {
			return allmende.E(allmende.SignIn, "oauth.invalid_token")
		}
		return nil
	}
	if a.level == person && q.account == nil {
		return allmende.E(allmende.Invalid, "app.person_needed")
	}
	if a.level == person && q.viewer.Anonymous() {
		return stateError(q.account)
	}
	if a.scope != "" && !auth.Allows(q.token.Scopes, a.scope) {
		return allmende.E(allmende.Forbidden, "oauth.insufficient_scope")
	}
	return nil
}

func stateError(a *allmende.Account) error {
	switch {
	case a.State == allmende.AccountPending:
		return allmende.E(allmende.Forbidden, "error.account_pending")
	case a.State == allmende.AccountSuspended:
		return allmende.E(allmende.Forbidden, "error.account_suspended")
	case !a.Confirmed:
		return allmende.E(allmende.Forbidden, "error.account_unconfirmed")
	}
	return allmende.E(allmende.Forbidden, "error.actor_state")
}

func (q *req) readQuery() error {
	if q.URL.RawQuery == "" {
		return nil
	}
	values, err := url.ParseQuery(q.URL.RawQuery)
	if err != nil {
		return allmende.E(allmende.Invalid, "http.bad_form").Because(err)
	}
	q.form.Values = values
	return nil
}

// mostBytes is the size of a body without files.
const mostBytes = 1 << 20

// readBody adds the body's fields to those of the address. JSON is flattened to
// the names that forms have: "fields_attributes[0][name]", "media_ids[]".
func (q *req) readBody() error {
	kind, _, _ := mime.ParseMediaType(q.Request.Header.Get("Content-Type"))
	if kind == "application/json" {
		return q.readJSON()
	}
	if q.ContentLength == 0 {
		return nil
	}
	limits := httpx.FormLimits{Bytes: mostBytes, Memory: mostBytes, Fields: 1000}
	if kind == "multipart/form-data" {
		limits.Bytes = 2*q.door.Limits.ImageBytes + mostBytes
	}
	form, err := httpx.ReadForm(q.ResponseWriter, q.Request, limits)
	if err != nil {
		return err
	}
	q.merge(form.Values)
	q.form.Files = form.Files
	return nil
}

func (q *req) readJSON() error {
	var body any
	if q.ContentLength == 0 {
		return nil
	}
	q.Body = http.MaxBytesReader(q.ResponseWriter, q.Body, mostBytes)
	d := json.NewDecoder(q.Body)
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		var cut *http.MaxBytesError
		if errors.As(err, &cut) {
			return allmende.E(allmende.TooLarge, "http.too_large", "limit", cut.Limit).Because(err)
		}
		return allmende.E(allmende.Invalid, "http.bad_json").Because(err)
	}
	object, ok := body.(map[string]any)
	if !ok && body != nil {
		return allmende.E(allmende.Invalid, "http.bad_json")
	}
	values := url.Values{}
	for name, v := range object {
		flatten(values, name, v, 0)
	}
	if err := (httpx.Form{Values: values}).Check(httpx.FormLimits{Fields: 2000}); err != nil {
		return err
	}
	q.merge(values)
	return nil
}

// flatten writes a JSON value under the name a form would give it. An empty
// list is there without a value.
func flatten(into url.Values, name string, v any, depth int) {
	switch v := v.(type) {
	case string:
		into.Add(name, v)
	case json.Number:
		into.Add(name, v.String())
	case bool:
		into.Add(name, strconv.FormatBool(v))
	case []any:
		if len(v) == 0 {
			into[name+"[]"] = nil
		}
		for i, item := range v {
			if _, nested := item.(map[string]any); nested && depth < 4 {
				flatten(into, name+"["+strconv.Itoa(i)+"]", item, depth+1)
			} else if depth < 4 {
				flatten(into, name+"[]", item, depth+1)
			}
		}
	case map[string]any:
		for key, item := range v {
			if depth < 4 {
				flatten(into, name+"["+key+"]", item, depth+1)
			}
		}
	}
}

func (q *req) merge(values url.Values) {
	if q.form.Values == nil {
		q.form.Values = values
		return
	}
	for name, list := range values {
		q.form.Values[name] = append(q.form.Values[name], list...)
	}
}

// has tells whether a field came, also as an empty list.
func (q *req) has(name string) bool { return q.form.Has(name) || q.form.Has(name+"[]") }

// text is a field when it came.
func (q *req) text(name string) *string {
	if !q.form.Has(name) {
		return nil
	}
	s := q.form.Text(name)
	return &s
}

// flag is a box when it came.
func (q *req) flag(name string) *bool {
	if !q.form.Has(name) {
		return nil
	}
	on := q.form.On(name)
	return &on
}

// ids are a field's ids; Invalid when one is none.
func (q *req) ids(name string) ([]allmende.ID, error) {
	var out []allmende.ID
	for _, s := range q.form.All(name) {
		id, err := allmende.ParseID(s)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// id reads an id from the address; what is no id is not there.
func (q *req) id(name string) (allmende.ID, error) {
	id, err := allmende.ParseID(chi.URLParam(q.Request, name))
	if err != nil {
		return 0, allmende.E(allmende.NotFound, "error.object_not_found").Because(err)
	}
	return id, nil
}

// span reads which part of a list is asked for. What is no id is ignored, as
// apps send "0" and "undefined".
func (q *req) span(usual, most int) allmende.Span {
	s := allmende.Span{Limit: q.form.Int("limit", usual, 1, most)}
	s.Max, _ = q.form.ID("max_id")
	s.Since, _ = q.form.ID("since_id")
	s.Min, _ = q.form.ID("min_id")
	return s
}

// link tells where the list goes on: next to what is older, prev to what is newer.
func (q *req) link(next, prev allmende.ID) {
	if next == 0 && prev == 0 {
		return
	}
	var b strings.Builder
	write := func(rel, name string, id allmende.ID) {
		if id == 0 {
			return
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString("<" + q.door.BaseURL + q.URL.Path + "?")
		b.WriteString(q.page(name, id) + `>; rel="` + rel + `"`)
	}
	write("next", "max_id", next)
	write("prev", "min_id", prev)
	q.ResponseWriter.Header().Set("Link", b.String())
}

// page is this list's query for another page. The token stays out of it.
func (q *req) page(name string, id allmende.ID) string {
	if len(q.form.Values) == 0 {
		return name + "=" + id.String()
	}
	query := url.Values{}
	for k, v := range q.form.Values {
		switch k {
		case "max_id", "min_id", "since_id", "access_token":
		default:
			query[k] = v
		}
	}
	query.Set(name, id.String())
	return query.Encode()
}

// by is the head of a command that this request gives.
func (q *req) by() allmende.Act {
	return allmende.Act{By: q.viewer.Account, As: q.viewer.Actor, Via: "mastodon", At: q.door.Now()}
}

func (q *req) do(cmd allmende.Command) (allmende.Result, error) {
	return q.door.Core.Do(q.Context(), cmd)
}

// json answers with a value.
func (q *req) json(v any) error { return httpx.WriteJSON(q.ResponseWriter, http.StatusOK, v) }

// bytes answers with JSON that is drawn already.
func (q *req) bytes(b []byte) error {
	httpx.WriteBytes(q.ResponseWriter, http.StatusOK, "application/json; charset=utf-8", b)
	return nil
}

// empty answers with an empty object, as Mastodon does where there is nothing to say.
func (q *req) empty() error { return q.bytes([]byte("{}")) }

// fail draws a refusal: {"error": …} with the status of its kind. Refusals of
// the OAuth protocol carry its own words.
func (q *req) fail(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	status := httpx.Status(err)
	if httpx.Ours(err) {
		q.door.Log.Error("request failed", "request", httpx.RequestID(q.Context()), "path", q.URL.Path, "err", err)
	}
	h := q.ResponseWriter.Header()
	for _, name := range []string{"Link", "Content-Type"} {
		h.Del(name)
	}
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="`+q.door.AccountDomain+`", error="invalid_token"`)
	}
	_ = httpx.WriteJSON(q.ResponseWriter, status, q.complaint(err)) // it fails only when the client is gone
}

func (q *req) complaint(err error) masto.Error {
	var e *allmende.Error
	if !errors.As(err, &e) || e.Kind == allmende.Internal {
		return masto.Error{Error: lang.T(q.lang, "http.internal", "id", httpx.RequestID(q.Context()))}
	}
	out := masto.Error{Error: lang.T(q.lang, e.Key, e.Args...)}
	for _, f := range e.Fields {
		if out.Details == nil {
			out.Details = map[string][]masto.Detail{}
		}
		out.Details[f.Name] = append(out.Details[f.Name], masto.Detail{Error: "ERR_INVALID", Description: lang.T(q.lang, f.Key, f.Args...)})
	}
	return out
}
