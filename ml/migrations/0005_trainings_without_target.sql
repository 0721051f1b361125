-- Trainings that predict no column (clusters, anomalies, projections, recommendations) have no target, and every training
-- keeps the learning curve of its final fit.
alter table trainings drop constraint trainings_task_check;
alter table trainings add constraint trainings_task_check
  check (task in ('binary', 'multiclass', 'regression', 'clustering', 'anomaly', 'projection', 'recommendation'));
alter table trainings alter column target drop not null;
alter table trainings add column curve jsonb not null default '[]';
