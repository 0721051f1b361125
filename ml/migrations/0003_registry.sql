-- The registry: models people refer to by name, their versions, and which of them is meant by a stage or an alias.
create table models (
  workspace text not null,
  name text not null,
  -- The newest number ever given: a deleted version's number is not given again.
  versions integer not null default 0,
  created_at timestamptz not null default now(),
  primary key (workspace, name)
);

create table model_versions (
  workspace text not null,
  model text not null,
  version integer not null,
  run text not null,
  blob text not null,
  algorithm text not null,
  stage text not null check (stage in ('none', 'staging', 'production', 'archived')),
  signature jsonb not null,
  metrics jsonb not null,
  reference_dataset text not null,
  reference_version integer not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (workspace, model, version),
  foreign key (workspace, model) references models (workspace, name) on delete cascade
);
create unique index one_production_version on model_versions (workspace, model) where stage = 'production';
create index model_versions_by_run on model_versions (workspace, run);

create table model_aliases (
  workspace text not null,
  model text not null,
  alias text not null,
  version integer not null,
  primary key (workspace, model, alias),
  foreign key (workspace, model, version) references model_versions (workspace, model, version) on delete cascade
);
