-- +goose Up

-- Which of an object's revisions is the newest says the object.
update revision set state = 'taken' where state in ('current', 'past');
