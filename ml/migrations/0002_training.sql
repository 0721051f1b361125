-- Trainings: what each run learned from which data, with all that is needed to repeat it. Compared, registered and never altered.
create table trainings (
  run text primary key,
  workspace text not null,
  dataset text not null,
  dataset_version integer not null,
  dataset_blob text not null,
  target text not null,
  algorithm text not null,
  task text not null check (task in ('binary', 'multiclass', 'regression')),
  spec jsonb not null,
  params jsonb not null,
  metric text not null,
  metrics jsonb not null,
  folds jsonb not null,
  baseline jsonb not null,
  seconds double precision not null,
  seed bigint not null,
  warnings jsonb not null default '[]',
  model_blob text not null,
  code_version text not null,
  created_at timestamptz not null default now()
);
create index trainings_by_age on trainings (workspace, created_at desc);
create index trainings_by_dataset on trainings (workspace, dataset, created_at desc);
