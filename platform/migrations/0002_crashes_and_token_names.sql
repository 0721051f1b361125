-- A run that keeps taking its process down must end, so crashes are counted apart from attempts (a restart is no crash).
-- A token's name stands for it in the audit log, so two live tokens of a workspace may not share one.
alter table runs add column crashes integer not null default 0;
create unique index tokens_live_names on tokens (workspace, name) where revoked_at is null;
create index approvals_due on approvals (expires_at) where state = 'pending';
