-- Datasets: the catalogue of immutable Parquet snapshots. The bytes are blobs; a version is never altered.
create table datasets (
  workspace text not null,
  name text not null,
  version integer not null,
  blob text not null,
  rows bigint not null,
  columns jsonb not null,
  source text not null,
  parents jsonb not null default '[]',
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (workspace, name, version)
);
create index datasets_by_blob on datasets (blob);
