package store

import (
	"context"
	"time"

	"allmende"
)

// Totals are the figures a community shows of itself.
type Totals struct {
	Accounts int // active
	Month    int // of these, seen within 30 days
	Posts    int // by local actors
	Hosts    int // other servers we know somebody of
}

// TotalsOf counts what there is.
func TotalsOf(ctx context.Context, q Q, now time.Time) (Totals, error) {
	var t Totals
	err := q.QueryRow(ctx, `select
		(select count(*) from account where state = 'active'),
		(select count(*) from account where state = 'active' and seen_at > $1),
		(select coalesce(sum(s.posts), 0) from actor_stat s join actor a on a.id = s.actor where a.host = ''),
		(select count(distinct host) from actor where host <> '')`, ms(now.AddDate(0, 0, -30))).
		Scan(&t.Accounts, &t.Month, &t.Posts, &t.Hosts)
	return t, err
}

// Hosts lists the other servers of whom somebody is known.
func Hosts(ctx context.Context, q Q, limit int) ([]string, error) {
	return collect(ctx, q, func(r row) (string, error) {
		var h string
		return h, r.Scan(&h)
	}, `with recursive h (host) as (select min(host) from actor where host > ''
		union all select (select min(host) from actor where host > h.host) from h where h.host is not null)
		select host from h where host is not null limit $1`, limit)
}

// Conversations lists the newest object of each direct conversation that an
// actor takes part in, newest first, below max. (Audiences up to 3 are
// everyone's; saying so lets the index of the others be used.)
func Conversations(ctx context.Context, q Q, actor, max allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select max(o.id) from object o join audience_actor n on n.audience = o.audience
		where n.actor = $1 and o.audience > 3 and o.state = 'published' and o.thread <> 0 group by o.thread having max(o.id) < $2
		order by max(o.id) desc limit $3`, int64(actor), below(max), limit)
}
