-- +goose Up
-- What of each published object can be searched: words and keys without their
-- places. Made by us, not by to_tsvector, so that both databases agree.
create table search (
    object bigint primary key,
    tokens tsvector not null
);
create index search_tokens on search using gin (tokens) with (gin_pending_list_limit = 512);
-- Whose followers may find it, when it has the key for that.
alter table indexed add column target bigint not null default 0;
