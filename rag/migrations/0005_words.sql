-- The words documents are written in, before stemming: what a misspelt word of a query is compared with.
create table words (
  key integer generated always as identity primary key,
  collection integer not null,
  word text collate "C" not null,
  unique (collection, word)
);
create index words_by_age on words (collection, key);

insert into words (collection, word)
select distinct c.collection, lower(found.parts[1])
from chunks c, regexp_matches(c.title || ' ' || c.text, '[[:alpha:]]{3,32}', 'g') as found (parts);

-- How the signs of a ranking are weighed here; null: the defaults, which need no judgements.
alter table collections add column weights jsonb;
