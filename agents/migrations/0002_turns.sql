-- A conversation belongs to who holds it, not to its whole workspace; those from before this have no known owner (''),
-- and keep the place of their checkpoints. What stands in `summary` are the words of turns that a model no longer reads.
alter table agents_threads add column owner text not null default '';
alter table agents_threads add column summary jsonb;
alter table agents_threads drop constraint agents_threads_pkey;
alter table agents_threads add primary key (workspace, owner, thread);
drop index agents_threads_by_age;
create index agents_threads_by_age on agents_threads (workspace, owner, updated_at desc);

-- Turns that are being answered or wait: who answers, until when that is believed without news, and what was asked, so that
-- another process can go on where one died.
create table agents_turns (
  workspace text not null,
  owner text not null,
  thread text not null,
  turn text not null,
  state text not null check (state in ('running', 'paused')),
  process text not null,
  lease_until timestamptz not null,
  request jsonb not null,
  spent_ms integer not null default 0,
  recoveries integer not null default 0,
  created_at timestamptz not null default now(),
  primary key (workspace, owner, thread)
);
create index agents_turns_by_process on agents_turns (process) where state = 'running';
