-- Vectors move out of the chunks into a table of their own, by embedding space: a collection can be searched with one embedder
-- while another one's vectors are being made, and vectors of any length can have a graph.
alter table documents add column if not exists readers text[];
-- The few documents that some callers must not see, so that looking for them costs nothing where there are none.
create index documents_restricted on documents (collection) where readers is not null;

-- The vectors that one embedder made for one collection.
create table embedding_spaces (
  key integer generated always as identity primary key,
  workspace text not null,
  collection integer not null references collections (key) on delete cascade,
  embedder text not null,
  dimensions integer not null,
  -- Searched while live; growing while its vectors are being made; retired when another one has taken its place.
  state text not null check (state in ('live', 'growing', 'retired')),
  -- False when a chunk was written without its vector since the vectors were last gone through.
  complete boolean not null default true,
  -- none: its vectors are scanned; growing: some are linked in a graph; grown: all are, but for the latest.
  graph text not null default 'none' check (graph in ('none', 'growing', 'grown')),
  created_at timestamptz not null default now()
);
create unique index embedding_spaces_live on embedding_spaces (collection) where state = 'live';
create unique index embedding_spaces_growing on embedding_spaces (collection) where state = 'growing';

-- Rows up to a page stay whole: fetching a vector from elsewhere would double the time of a scan.
create table vectors (
  workspace text not null,
  collection integer not null,
  space integer not null,
  document integer not null,
  ordinal integer not null,
  -- In the embedded database only linked vectors are in their space's graph, which grows a few at a time.
  linked boolean not null default false,
  -- Null where the text has no words: such a vector would have no direction.
  embedding vector,
  primary key (document, ordinal, space)
) with (toast_tuple_target = 8160);
alter table vectors alter column embedding set storage external;
create index vectors_unlinked on vectors (space, document) where not linked;

insert into embedding_spaces (workspace, collection, embedder, dimensions, state)
select workspace, key, embedder, dimensions, 'live' from collections;
insert into vectors (workspace, collection, space, document, ordinal, embedding)
select c.workspace, c.collection, s.key, c.document, c.ordinal, c.embedding
from chunks c join embedding_spaces s on s.collection = c.collection;

drop table vector_graph;
alter table chunks drop column embedding;
alter table collections drop column graph;
