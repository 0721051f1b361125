-- Conversations by workspace, for the list of threads; what was said is in the checkpoints, under "workspace/thread".
create table agents_threads (
  workspace text not null,
  thread text not null,
  title text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace, thread)
);
create index agents_threads_by_age on agents_threads (workspace, updated_at desc);
