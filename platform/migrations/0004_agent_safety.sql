-- The kill switch must hold in every process and after a restart, so a halted workspace is a row.
-- What an agent outside the chat has read is remembered here too: only the database sees all of its calls, whichever
-- process answered them.
create table halts (
  workspace text primary key,
  by_name text not null,
  reason text not null,
  since timestamptz not null
);

create table tainted_callers (
  workspace text not null,
  caller text not null,
  session text not null,
  source text not null,
  until timestamptz not null,
  primary key (workspace, caller, session)
);
create index tainted_callers_by_end on tainted_callers (until);
