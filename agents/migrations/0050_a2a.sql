-- Tasks of the agent-to-agent protocol: what another agent asked, how far it is and what came of it must outlive this
-- process, a message sent twice must not be done twice, and where its updates are to be sent must be known after a restart.
create table agents_a2a_tasks (
  workspace text not null,
  owner text not null,
  task text not null,
  context text not null,
  state text not null,
  document jsonb not null,
  waiting jsonb not null default '[]',
  caller jsonb not null,
  lease_until timestamptz not null default now(),
  updated_at timestamptz not null,
  primary key (workspace, task)
);

create index agents_a2a_tasks_recent on agents_a2a_tasks (workspace, owner, updated_at desc, task desc);

create index agents_a2a_tasks_open on agents_a2a_tasks (lease_until) where state in ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING', 'TASK_STATE_INPUT_REQUIRED');

create table agents_a2a_messages (
  workspace text not null,
  owner text not null,
  message text not null,
  digest text not null,
  task text not null,
  created_at timestamptz not null default now(),
  primary key (workspace, owner, message)
);

create table agents_a2a_pushes (
  workspace text not null,
  task text not null,
  config text not null,
  target jsonb not null,
  told text not null default '',
  primary key (workspace, task, config),
  foreign key (workspace, task) references agents_a2a_tasks on delete cascade
);
