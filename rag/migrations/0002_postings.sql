-- A row for every posting made writing and reading slow. One row now holds a term's postings of a whole batch of chunks, packed,
-- and rows are merged as they gather. Documents learn where they came from, their language, and who may read them.
alter table collections
  -- The languages its documents are in; `language` is what a document is taken for when it does not say clearly.
  add column languages text[] not null default '{}',
  -- Batches of postings written since they were last merged.
  add column segments integer not null default 0;
update collections set languages = array[language];

alter table documents
  -- Null: everyone in the workspace. Else only callers with one of these principals.
  add column readers text[],
  -- What was ingested (the real path of a file or folder, a glob, a URL), and the file below it that held the document.
  add column source text,
  add column file text,
  -- SHA-256 of the words and their readers: what makes two documents duplicates.
  add column content text,
  add column language text not null default 'simple',
  drop constraint documents_state_check;
update documents set language = c.language from collections c where c.key = documents.collection;
-- A cleared document has lost its chunks and waits until its postings have been taken out as well.
alter table documents add constraint documents_state_check check (state in ('staged', 'live', 'replaced', 'cleared'));
-- Content first: without statistics the planner would take this index for every question about a collection.
create index documents_by_content on documents (content, collection) where state = 'live';

-- The page a chunk starts on, from 1; null where there are no pages.
alter table chunks add column page integer;

alter table postings rename to postings_unpacked;
alter table postings_unpacked rename constraint postings_pkey to postings_unpacked_pkey;
create table postings (
  collection integer not null,
  language text collate "C" not null,
  term text collate "C" not null,
  -- Entries in this row, and the documents they span.
  chunks integer not null,
  first_document integer not null,
  last_document integer not null,
  -- By document and ordinal: the document's distance from the one before (the first from 0), ordinal, term frequency and
  -- length of the chunk in terms, each as a LEB128 varint.
  entries bytea not null
  -- Rows up to a page stay whole: fetching entries from elsewhere, and removing them there, costs more than all else.
) with (toast_tuple_target = 8160);
-- Varints do not compress, and trying costs time.
alter table postings alter column entries set storage external;
create index postings_of_term on postings (collection, language, term);

create function pg_temp.varint(n integer) returns bytea language sql immutable as $$
  select case
    when n < 128 then substr(int4send(n), 4, 1)
    when n < 16384 then substr(int4send(n & 127 | 128), 4, 1) || substr(int4send(n >> 7), 4, 1)
    when n < 2097152 then substr(int4send(n & 127 | 128), 4, 1) || substr(int4send(n >> 7 & 127 | 128), 4, 1)
      || substr(int4send(n >> 14), 4, 1)
    else substr(int4send(n & 127 | 128), 4, 1) || substr(int4send(n >> 7 & 127 | 128), 4, 1)
      || substr(int4send(n >> 14 & 127 | 128), 4, 1) || case
        when n < 268435456 then substr(int4send(n >> 21), 4, 1)
        else substr(int4send(n >> 21 & 127 | 128), 4, 1) || substr(int4send(n >> 28), 4, 1) end
  end $$;
insert into postings (collection, language, term, chunks, first_document, last_document, entries)
select collection, language, term, count(*), min(document), max(document),
       string_agg(pg_temp.varint(distance) || pg_temp.varint(ordinal) || pg_temp.varint(tf) || pg_temp.varint(terms), ''
                  order by document, ordinal)
from (
  select p.collection, c.language, term, document, ordinal, tf, p.terms,
         document - coalesce(lag(document) over (partition by p.collection, term order by document, ordinal), 0) as distance
  from (
    -- Terms are kept without accents from here on.
    select collection, document, ordinal, terms, sum(tf)::integer as tf,
           case when term ~ '[\u00c0-\u024f]' then regexp_replace(normalize(term, nfd), '[\u0300-\u036f]', '', 'g') else term end as term
    from postings_unpacked group by collection, document, ordinal, terms, 6) as p
  join collections c on c.key = p.collection) as entry
group by collection, language, term;
drop table postings_unpacked;
drop function pg_temp.varint;
