-- A token may be limited to tools: a program that only predicts cannot be talked into anything else.
alter table tokens add column tools text[];
