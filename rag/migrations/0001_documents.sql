-- Documents are kept as text parts and chunks, with two indexes beside them: postings for BM25 and vectors for meaning.
-- A document becomes visible by one flag, so that a large one can be written in many short transactions.
create extension if not exists vector;

create table collections (
  key integer generated always as identity primary key,
  workspace text not null,
  name text not null,
  language text not null,
  embedder text not null,
  dimensions integer not null,
  -- Live documents and chunks, and the sum of the chunks' lengths in terms: what BM25 normalises by.
  documents integer not null default 0,
  chunks integer not null default 0,
  terms bigint not null default 0,
  -- True once all its vectors are in vector_graph as well.
  graph boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace, name)
);

create table documents (
  key integer generated always as identity primary key,
  workspace text not null,
  collection integer not null references collections (key),
  id text not null,
  title text not null,
  metadata jsonb not null,
  digest text not null,
  characters integer not null,
  chunks integer not null,
  terms bigint not null default 0,
  -- Searched only while live: staged is still being written, replaced waits to be cleared away.
  state text not null default 'staged' check (state in ('staged', 'live', 'replaced')),
  ingestion text not null,
  created_at timestamptz not null default now()
);
create unique index documents_live on documents (collection, id) where state = 'live';
create index documents_hidden on documents (collection) where state <> 'live';

-- The source text, cut so that no row is large; `start` counts UTF-16 units as JavaScript does.
create table document_parts (
  workspace text not null,
  document integer not null,
  start integer not null,
  text text not null,
  primary key (document, start)
);

create table chunks (
  workspace text not null,
  collection integer not null,
  document integer not null,
  ordinal integer not null,
  start_offset integer not null,
  end_offset integer not null,
  title text not null,
  text text not null,
  embedding vector,
  primary key (document, ordinal)
);
create index chunks_by_collection on chunks (collection);
-- The vectors of large collections once more, in a graph. Small ones are scanned: that is exact, and a graph costs
-- milliseconds for every vector it takes in. Another length of vector wants a table of its own.
create table vector_graph (
  workspace text not null,
  collection integer not null,
  document integer not null,
  ordinal integer not null,
  embedding vector(384) not null,
  primary key (document, ordinal)
);
create index vector_graph_by_meaning on vector_graph using hnsw (embedding vector_cosine_ops);

-- `terms` repeats the chunk's length, which saves BM25 a join for every posting it reads.
create table postings (
  workspace text not null,
  collection integer not null,
  document integer not null,
  ordinal integer not null,
  tf integer not null,
  terms integer not null,
  term text not null,
  primary key (document, ordinal, term)
);
create index postings_by_term on postings (collection, term);
