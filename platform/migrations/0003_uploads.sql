-- A file that a program sends over HTTP waits here under its digest until a tool takes it in. Knowing a digest is not
-- enough to read a blob: only who sent the bytes may name them.
create table uploads (
  workspace text not null,
  caller text not null,
  digest text not null,
  bytes bigint not null,
  created_at timestamptz not null default now(),
  primary key (workspace, caller, digest)
);
