-- +goose Up
-- What of each published object can be searched: words and keys without their
-- places. Made by us, not by to_tsvector, so that both databases agree. Three
-- shelves, so that a search walks no long lists of who may find what.
create table search_public (
    object bigint primary key,
    tokens tsvector not null
);
create index search_public_tokens on search_public using gin (tokens) with (gin_pending_list_limit = 512);
create table search_members (
    object bigint primary key,
    tokens tsvector not null
);
create index search_members_tokens on search_members using gin (tokens) with (gin_pending_list_limit = 512);
create table search_named (
    object bigint primary key,
    tokens tsvector not null
);
create index search_named_tokens on search_named using gin (tokens) with (gin_pending_list_limit = 512);
alter table indexed add column shelf integer not null default 0;
alter table indexed add column target bigint not null default 0; -- whose followers may find it; 0 on the members' shelf: all members
-- The folded words of names, so that who types the beginning of one finds it
-- without looking at everybody.
create table actor_word (
    word  text collate "C" not null,
    actor bigint not null,
    primary key (word, actor)
);
create index actor_word_actor on actor_word (actor);
