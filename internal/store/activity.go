package store

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/db"
)

// InsertActivity records what happened.
func InsertActivity(ctx context.Context, q Q, a *allmende.Activity) error {
	_, err := q.Exec(ctx, `insert into activity (id, verb, by_account, as_actor, object, actor, via, at, data)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, int64(a.ID), a.Verb, int64(a.By), int64(a.As), int64(a.Object),
		int64(a.Actor), a.Via, ms(a.At), a.Data)
	return err
}

// ActivitiesBy lists what an actor did, newest first.
func ActivitiesBy(ctx context.Context, q Q, actor, max allmende.ID, limit int) ([]allmende.Activity, error) {
	return collect(ctx, q, func(r row) (allmende.Activity, error) {
		var a allmende.Activity
		var when int64
		err := r.Scan(&a.ID, &a.Verb, &a.By, &a.As, &a.Object, &a.Actor, &a.Via, &when, &a.Data)
		a.At = at(when)
		return a, err
	}, `select id, verb, by_account, as_actor, object, actor, via, at, data from activity
		where as_actor = $1 and id < $2 order by id desc limit $3`, int64(actor), below(max), limit)
}

// ForgetActivities erases activities before an id, at most limit, and tells how many.
func ForgetActivities(ctx context.Context, q Q, before allmende.ID, limit int) (int64, error) {
	res, err := q.Exec(ctx, `delete from activity where id in (
		select id from activity where id < $1 order by id limit $2)`, int64(before), limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// ForgetKeys erases idempotency keys of before a time.
func ForgetKeys(ctx context.Context, q Q, before time.Time) error {
	_, err := q.Exec(ctx, `delete from idempotency where at < $1`, ms(before))
	return err
}

// ForgetFailedJobs erases work that was given up before a time and asked for by nobody since.
func ForgetFailedJobs(ctx context.Context, q Q, before time.Time) error {
	_, err := q.Exec(ctx, `delete from job where failed and run_at < $1`, ms(before))
	return err
}

// Once notes an idempotency key and tells which object it made before; zero when it is new.
func Once(ctx context.Context, q Q, actor allmende.ID, key string, object allmende.ID, now time.Time) (allmende.ID, error) {
	got, err := collect(ctx, q, scanID, `select object from idempotency where actor = $1 and key = $2`, int64(actor), key)
	if err != nil {
		return 0, err
	}
	if len(got) > 0 {
		return got[0], nil
	}
	_, err = q.Exec(ctx, `insert into idempotency (actor, key, object, at) values ($1, $2, $3, $4)`,
		int64(actor), key, int64(object), ms(now))
	return 0, err
}

const jobColumns = `outlet, key, object, actor, data, host, run_at, round, attempts, progress, reason, failed`

func scanJob(r row) (allmende.Job, error) {
	var j allmende.Job
	var run int64
	err := r.Scan(&j.Outlet, &j.Key, &j.Object, &j.Actor, &j.Data, &j.Host, &run, &j.Round, &j.Attempts, &j.Progress, &j.Reason, &j.Failed)
	j.RunAt = at(run)
	return j, err
}

// PutJob queues work. Work that waits already is done once, at the earlier of
// the two times; work that someone is at is done again afterwards.
func PutJob(ctx context.Context, q Q, j allmende.Job) error {
	_, err := q.Exec(ctx, `insert into job (outlet, key, object, actor, data, host, run_at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (outlet, key) do update set round = job.round + 1, data = excluded.data, attempts = 0, failed = false,
		run_at = case when excluded.run_at < job.run_at then excluded.run_at else job.run_at end`,
		j.Outlet, j.Key, int64(j.Object), int64(j.Actor), j.Data, j.Host, ms(j.RunAt))
	return err
}

// ClaimJobs takes due jobs of an outlet until the lease ends. The condition
// stands outside the subselect too, so that two claimers never share a job on
// PostgreSQL.
func ClaimJobs(ctx context.Context, q Q, outlet string, now, lease time.Time, limit int) ([]allmende.Job, error) {
	return collect(ctx, q, scanJob, `update job set lease = $3, attempts = attempts + 1 where outlet = $1 and key in (
		select key from job where outlet = $1 and run_at <= $2 and lease <= $2 and not failed order by run_at limit $4)
		and lease <= $2 and not failed returning `+jobColumns, outlet, ms(now), ms(lease), limit)
}

// DoneJob takes finished work from the queue, or, when it was asked for again
// meanwhile, frees it for another round.
func DoneJob(ctx context.Context, q Q, j allmende.Job) error {
	gone, err := changed(q.Exec(ctx, `delete from job where outlet = $1 and key = $2 and round = $3`, j.Outlet, j.Key, j.Round))
	if err != nil || gone {
		return err
	}
	_, err = q.Exec(ctx, `update job set lease = 0, attempts = 0 where outlet = $1 and key = $2`, j.Outlet, j.Key)
	return err
}

// RetryJob frees work that failed for another attempt, or gives up. Work that
// was asked for again meanwhile begins anew.
func RetryJob(ctx context.Context, q Q, j allmende.Job, when time.Time, reason string, giveUp bool) error {
	same, err := changed(q.Exec(ctx, `update job set lease = 0, run_at = $4, reason = $5, failed = $6
		where outlet = $1 and key = $2 and round = $3`, j.Outlet, j.Key, j.Round, ms(when), reason, giveUp))
	if err != nil || same {
		return err
	}
	_, err = q.Exec(ctx, `update job set lease = 0, attempts = 0 where outlet = $1 and key = $2`, j.Outlet, j.Key)
	return err
}

// FreeJob puts work back that was taken and not tried, for a time; also when it
// was asked for again meanwhile.
func FreeJob(ctx context.Context, q Q, j allmende.Job, when time.Time) error {
	_, err := q.Exec(ctx, `update job set lease = 0, run_at = $3, attempts = case when attempts > 0 then attempts - 1 else 0 end
		where outlet = $1 and key = $2`, j.Outlet, j.Key, ms(when))
	return err
}

// KeepJobs renews the leases of work under way.
func KeepJobs(ctx context.Context, q Q, jobs []allmende.Job, lease time.Time) error {
	for _, j := range jobs {
		if _, err := q.Exec(ctx, `update job set lease = $3 where outlet = $1 and key = $2 and lease > 0`, j.Outlet, j.Key, ms(lease)); err != nil {
			return err
		}
	}
	return nil
}

// ProgressJob notes how far work has come and extends its lease.
func ProgressJob(ctx context.Context, q Q, j allmende.Job, percent int, lease time.Time) error {
	_, err := q.Exec(ctx, `update job set progress = $3, lease = $4 where outlet = $1 and key = $2`, j.Outlet, j.Key, percent, ms(lease))
	return err
}

// FreeJobs ends all leases of some outlets; called at start, when this process is the only one.
func FreeJobs(ctx context.Context, q Q, outlets []string) error {
	list := make([]any, len(outlets))
	for i, o := range outlets {
		list[i] = o
	}
	_, err := q.Exec(ctx, `update job set lease = 0 where lease <> 0 and outlet in (`+db.In(1, len(list))+`)`, list...)
	return err
}

// NextJob is when the next job of an outlet is due; zero when none waits.
func NextJob(ctx context.Context, q Q, outlet string) (time.Time, error) {
	var when int64
	err := q.QueryRow(ctx, `select coalesce(min(case when lease > run_at then lease else run_at end), 0) from job
		where outlet = $1 and not failed`, outlet).Scan(&when)
	return at(when), err
}

// JobCount is how much waits and failed in an outlet.
type JobCount struct {
	Outlet          string
	Waiting, Failed int
}

// CountJobs counts the jobs of each outlet.
func CountJobs(ctx context.Context, q Q) ([]JobCount, error) {
	return collect(ctx, q, func(r row) (JobCount, error) {
		var c JobCount
		return c, r.Scan(&c.Outlet, &c.Waiting, &c.Failed)
	}, `select outlet, count(*) filter (where not failed), count(*) filter (where failed) from job group by outlet order by outlet`)
}

// JobsOf lists jobs about an object or medium, for the owner's and admin's eyes.
func JobsOf(ctx context.Context, q Q, outlet string, object allmende.ID) ([]allmende.Job, error) {
	return collect(ctx, q, scanJob, `select `+jobColumns+` from job where outlet = $1 and object = $2 limit 20`, outlet, int64(object))
}

// FailedJobs lists work that was given up.
func FailedJobs(ctx context.Context, q Q, limit int) ([]allmende.Job, error) {
	return collect(ctx, q, scanJob, `select `+jobColumns+` from job where failed order by outlet, run_at limit $1`, limit)
}

// DropJob takes waiting work from the queue.
func DropJob(ctx context.Context, q Q, outlet, key string) error {
	_, err := q.Exec(ctx, `delete from job where outlet = $1 and key = $2`, outlet, key)
	return err
}
