-- The trials of a tuning are trainings too: they name the tuning as their parent, may have been stopped early or have
-- failed, and none is fitted on all rows, so they have no model.
alter table trainings add column parent text;
alter table trainings add column state text not null default 'finished' check (state in ('finished', 'stopped', 'failed'));
alter table trainings alter column model_blob drop not null;
create index trainings_by_parent on trainings (workspace, parent) where parent is not null;
