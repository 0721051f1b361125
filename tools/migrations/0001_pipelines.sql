-- Pipelines are saved graphs of tool calls: every save is a version of its own, so that what was approved or scheduled stays what it was.
-- A step's row tells how far a run is; a cached result stands for the same call on the same things.
create table pipelines (
  workspace text not null,
  name text not null,
  version integer not null,
  spec jsonb not null,
  created_by text not null,
  created_at timestamptz not null,
  primary key (workspace, name, version)
);

create table pipeline_runs (
  run text primary key,
  workspace text not null,
  pipeline text not null,
  version integer not null,
  params jsonb not null,
  created_at timestamptz not null
);
create index pipeline_runs_by_age on pipeline_runs (workspace, pipeline, created_at desc);

create table pipeline_steps (
  run text not null references pipeline_runs (run) on delete cascade,
  step text not null,
  position integer not null,
  tool text not null,
  state text not null check (state in ('waiting', 'running', 'succeeded', 'failed')),
  cached boolean not null default false,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (run, step)
);

create table pipeline_cache (
  workspace text not null,
  key text not null,
  tool text not null,
  result jsonb not null,
  run text not null,
  created_at timestamptz not null,
  primary key (workspace, key)
);
