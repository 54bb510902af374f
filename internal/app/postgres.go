package app

import (
	"fmt"
	"net/url"
	"strings"
)

// pgEnvironment says an address "postgres://user:password@host:port/name" in
// the variables that PostgreSQL's own programs read.
func pgEnvironment(address string) ([]string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("database: not an address")
	}
	env := []string{"PGDATABASE=" + strings.TrimPrefix(u.Path, "/")}
	set := func(name, value string) {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	password, _ := u.User.Password()
	set("PGHOST", u.Hostname())
	set("PGPORT", u.Port())
	set("PGUSER", u.User.Username())
	set("PGPASSWORD", password)
	set("PGSSLMODE", u.Query().Get("sslmode"))
	set("PGHOST", u.Query().Get("host")) // a socket's directory
	return env, nil
}
