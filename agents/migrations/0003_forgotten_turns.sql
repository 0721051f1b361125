-- Turns that a client left waiting are looked for every few seconds, so they must be found without reading all that wait.
create index agents_turns_forgotten on agents_turns (lease_until) where state = 'paused' and request ->> 'keep' = 'false';
