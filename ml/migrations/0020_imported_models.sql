-- Models that were trained elsewhere are registered too, and the data they learned from may be unknown here.
alter table model_versions alter column reference_dataset drop not null;
alter table model_versions alter column reference_version drop not null;
