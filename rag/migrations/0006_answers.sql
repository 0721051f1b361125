-- Answers are kept for a while, to be given again as long as nothing they rest on has changed, and so that feedback has
-- something to refer to. Nothing refers to documents: a source that leaves does not take the record of an answer with it.
create table answers (
  id text primary key,
  workspace text not null,
  -- SHA-256 over all that decides an answer beside the question: the collections as they were, the filter, what the caller may
  -- read, the model, the conversation. Another state of any of them is another ground, so that nothing stale is found.
  ground text not null,
  -- SHA-256 over the content words of the question in their order.
  words text not null,
  question text not null,
  given jsonb not null,
  caller text not null,
  at timestamptz not null
);
create index answers_alike on answers (workspace, ground, words);
create index answers_by_age on answers (workspace, at);

create table answer_feedback (
  answer text not null references answers (id) on delete cascade,
  workspace text not null,
  caller text not null,
  rating text not null check (rating in ('up', 'down')),
  comment text not null,
  at timestamptz not null,
  primary key (answer, caller)
);
create index answer_feedback_by_age on answer_feedback (workspace, at);
