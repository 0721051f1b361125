-- The ground every room stands on: durable runs and their journal, approvals, idempotency, tokens, audit, spans.
create table runs (
  id text primary key,
  workspace text not null,
  tool text not null,
  input jsonb not null,
  caller jsonb not null,
  origins jsonb not null default '{}',
  state text not null check (state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
  attempt integer not null default 0,
  progress jsonb,
  result jsonb,
  error jsonb,
  approval text,
  parent text,
  step text,
  cancel_requested boolean not null default false,
  lease_owner text,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz
);
create index runs_by_age on runs (workspace, created_at desc);
create index runs_open on runs (state) where state in ('queued', 'running', 'waiting');

create table run_steps (
  run text not null references runs (id) on delete cascade,
  step text not null,
  attempt integer not null,
  output jsonb,
  at timestamptz not null default now(),
  primary key (run, step)
);

create table approvals (
  id text primary key,
  workspace text not null,
  run text not null references runs (id) on delete cascade,
  tool text not null,
  input jsonb not null,
  digest text not null,
  origins jsonb not null default '{}',
  reason text not null,
  asked_by jsonb not null,
  state text not null check (state in ('pending', 'approved', 'rejected', 'used', 'expired')),
  decided_by jsonb,
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  expires_at timestamptz not null
);
create index approvals_open on approvals (workspace, created_at desc) where state = 'pending';

create table idempotency (
  workspace text not null,
  caller text not null,
  key text not null,
  tool text not null,
  digest text not null,
  run text,
  result jsonb,
  created_at timestamptz not null default now(),
  primary key (workspace, caller, key)
);

create table tokens (
  id text primary key,
  workspace text not null,
  name text not null,
  kind text not null check (kind in ('person', 'agent')),
  role text not null check (role in ('viewer', 'builder', 'operator', 'admin')),
  digest text not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);

create table audit (
  seq bigint primary key,
  at timestamptz not null,
  workspace text not null,
  call text not null,
  tool text not null,
  effect text not null,
  caller jsonb not null,
  outcome text not null,
  digest text not null,
  detail jsonb not null default '{}',
  previous text not null,
  hash text not null unique
);
create index audit_by_workspace on audit (workspace, seq desc);

create table spans (
  trace text not null,
  span text primary key,
  parent text,
  name text not null,
  workspace text,
  started_at timestamptz not null,
  ms double precision not null,
  status text not null,
  attributes jsonb not null default '{}'
);
create index spans_by_trace on spans (trace);
create index spans_by_age on spans (started_at);
