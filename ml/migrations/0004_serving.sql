-- Serving: where a model's traffic goes (each change is a new revision, so a rollback has somewhere to go back to),
-- every prediction given, and what really happened afterwards.
create table deployments (
  workspace text not null,
  model text not null,
  revision integer not null,
  strategy text not null check (strategy in ('full', 'canary', 'ab', 'shadow')),
  routes jsonb not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (workspace, model, revision)
);

create table predictions (
  workspace text not null,
  id text not null,
  model text not null,
  version integer not null,
  role text not null,
  record jsonb not null,
  output jsonb,
  score double precision,
  error text,
  ms double precision not null,
  at timestamptz not null,
  primary key (workspace, id)
);
create index predictions_by_age on predictions (workspace, model, at desc);

create table outcomes (
  workspace text not null,
  prediction text not null,
  value jsonb not null,
  correct boolean,
  error double precision,
  at timestamptz not null,
  primary key (workspace, prediction)
);
