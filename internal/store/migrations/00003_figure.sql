-- +goose Up

-- Media that stand in the text of an article or wiki page, whoever uploaded them.
create table object_figure (
    media  bigint not null,
    object bigint not null,
    primary key (media, object)
);
create index object_figure_object on object_figure (object);
