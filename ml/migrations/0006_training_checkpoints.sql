-- What a training that is under way has done so far: results of finished folds and the state of half-done fits, so that a
-- killed one goes on where it was. Rows live as long as their run does; large states lie in blobs.
create table training_checkpoints (
  workspace text not null,
  run text not null,
  job text not null,
  -- Digest of data, wish and code: what was kept under other inputs is not read.
  inputs text not null,
  result jsonb,
  blob text,
  saved_at timestamptz not null default now(),
  primary key (workspace, run, job)
);
