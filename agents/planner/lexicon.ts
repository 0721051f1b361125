/**
 * The trade's general words: which words mean one idea. A tool is found when the ideas of a request are the ideas of its
 * own words, so nothing here names a tool, a data set or a sentence. "a … b" allows a few words between.
 */
import { said } from './said.ts'

/** idea -> the words and phrases that say it. */
export const ideas: Readonly<Record<string, readonly string[]>> = {
  list: said`
    list, enumerate, do we have, have we got, do i have, have i got, are there, available, inventory, names and sizes,
    recent, exist, catalogue, which … exist`,
  import: said`load, import, upload, bring in, bring … in, pull in, pull … in, read in, fetch, ingest, add … as a dataset`,
  profile: said`
    profile, statistics, stats, statistical, missing values, distribution, correlation, describe, columns look, summary,
    outline, null, quantile, histogram, explore, overview, missing, outlier, cardinality, column types`,
  validate: said`
    validate, validity, expectation, quality check, data quality, rule, valid, sane, sanity, clean enough, trust,
    check … quality, quality of, constraint, audit … quality, ready for training, good enough, conform, fit to train,
    fit for training, ready to train, trainable`,
  clean: said`
    clean, cleaning, prepare, preprocess, transform, transformation, impute, deduplicate, normalise, normalize,
    standardise, standardize, encode, one-hot, fill missing, fill … missing, drop … rows, drop duplicates, drop … column,
    drop … columns, rename, scale, cast, trim, fill, remove … duplicates, remove … rows, remove … outliers`,
  split: said`
    split, partition, hold out, holdout, hold … out, test set, train/test, divide, set aside, set … aside, stratify,
    keep … for testing, reserve`,
  train: said`
    train, fit, learn, build … model, build, classifier, regressor, estimator, regression, create … model, best model,
    make … model, need … model, want … model, model of, cross validation, cross-validation, cross validated,
    cross-validated, cluster, clustering, segment, find … anomalies, find … unusual, find unusual, detect anomalies,
    detect … anomalies, find anomalies, find groups of`,
  tune: said`
    tune, hyperparameter, hyperparameters, optimise, optimize, hyper-parameter, sweep, grid search, random search,
    parameter search, trial, search … parameters, optimisation, best parameters, best settings, hyperparameter search,
    search … hyperparameters`,
  retrain: said`
    retrain, re-train, refit, train … again, train … anew, newer data, latest data, fresh data, new data,
    bring … up to date, refresh, update … model`,
  run: said`experiment, runs, trainings, training runs, experiments`,
  compare: said`
    compare, versus, vs, side by side, better, which is best, difference between, best of, stack up, head to head,
    contrast, against each other`,
  evaluate: said`
    evaluate, assess, how good, how well, accuracy of, performance of, measure … quality, measure, test … on,
    evaluation of, how accurate, perform, what … accuracy, quality of a model`,
  register: said`register, registry, add … registry, publish, enter … registry, save … as a model, save … as model`,
  promote: said`
    promote, stage, move … staging, move … production, archive, archived, put … staging, put … production, into production,
    to production, to staging, in staging, into staging, retire, transition, mark … production, mark … staging, demote`,
  deploy: said`
    deploy, roll … out, roll out, rollout, ship, release, serve, put … live, go live, make … live, launch, take … live,
    shadow, a/b test, ab test, start serving, expose, bring … live, push … live, into service`,
  traffic: said`
    traffic, share, requests, send … percent, raise … to, increase … to, shift, route, weight, split … between, bump,
    widen, dial`,
  rollback: said`
    rollback, roll back, roll … back, revert, put … back, go back, undo, bring … back, return … version, restore,
    switch back, switch … back, back out, previous version, earlier version, misbehave, back to, step back, undeploy,
    return to`,
  status: said`
    status, state, progress, health, healthy, how is … doing, how are … doing, how … getting on, finish, done yet, is … done, are … done,
    still running, how far, latency, error rate, what is live, up and running, live metrics, in production, what … serving,
    succeed, complete, fail, how is, last run of, is … running, going on, how … deployment, deployment … doing,
    state of … deployment, how it is doing, how … doing, how much traffic, is … up, still alive`,
  predict: said`
    predict, prediction, infer, inference, forecast, estimate for, classify, what … give for, what would, score … record,
    single record, probability, likelihood, how likely, single`,
  batch: said`
    batch, every row, all rows, whole, bulk, each row, entire, all records, score all, score every, rows, all customers,
    scored, in bulk, score, apply … to, run … over`,
  drift: said`
    drift, drifted, shift, shifted, look like, looks like, same distribution, moved away, distribution changed,
    still similar, still resemble, resemble, reference, differ from, different from, data changed, data change,
    changed since, divergence`,
  monitor: said`
    monitor, monitoring, alert, watch, notify, warn, keep an eye, keep … eye, alarm, let me know, ping me, page me,
    tell me when, observe, surveil`,
  explain: said`explain, explanation, why, reason, reasons, came out, shap, how come, justify, rationale, because of what`,
  importance: said`
    importance, important, matter, feature, influence, influential, drive, drivers, weigh, inputs, contribute, relies on,
    rely, depend on, depends on, impact, affect, what does … look at, which … look at, leans on, pays attention`,
  dependence: said`
    dependence, partial dependence, how does … depend, how do … depend, how … depend on, depending on, shape of,
    effect of, how … changes with, how … change with, as … rises, as … grows`,
  recommend: said`recommend, recommendation, recommendations, suggest … for user, what … buy next, what … offer, offer … next, goes with, goes well with`,
  network: said`neural, network, layer, layers, neurons, filters, feature maps, inside of`,
  fairness: said`
    fair, fairness, unfair, bias, biased, discriminate, discrimination, group, groups, parity, equalised odds,
    equalized odds, equally, disparity, favour, favor, treat, equal`,
  index: said`
    index, chunk, embed, add … collection, add … to, searchable, ingest, add … documents, add … files, add … folder, feed,
    put … into, read … into, vectorise, vectorize`,
  document: said`
    document, documents, docs, documentation, passage, passages, text, article, collection, collections, manual,
    knowledge base, pages, pdf, pdfs, folder`,
  search: said`
    search, look up, look … up, look for, lookup, matches, passage, retrieve, hits, mention, where … mentioned, look in,
    results for, snippet, excerpt`,
  ask: said`
    according to, question, answer, say about, says about, citation, citations, cite, what does … say, summarise,
    summarize, tell me … about, what do … say, based on, policy on, stated, does … mention, does … allow, cited`,
  pipeline: said`pipeline, pipelines, workflow, job, jobs`,
  execute: said`run, execute, start, trigger, kick off, kick … off, set off, fire, invoke, launch, begin`,
  schedule: said`
    schedule, cron, every day, every night, daily, nightly, hourly, weekly, monthly, every week, every hour, each day,
    each night, periodically, regularly, every weekday, timetable, automatically at`,
  lineage: said`
    lineage, provenance, come from, comes from, came from, originate, origin, derived, built from, made from, built on,
    trace, ancestry, upstream, downstream, where … from, what data … trained, history of, trained from, what … trained on,
    which … trained on, went into, goes into, produced, artefact, artifact`,
  audit: said`
    audit, log, who changed, who deployed, who did, activity, actions, what did … do, what has … done,
    what has … changed, what did … change, what happened, trail, changes since, accessed, actor, by whom, has changed, touched, everything … did, everything … has done,
    what … did, who trained, who promoted, who registered, who ran, who deleted, who has, who made, who last, who touched,
    who approved`,
  mask: said`
    mask, anonymise, anonymize, redact, pii, personal data, personally identifiable, sensitive data, pseudonymise,
    pseudonymize, hide, obfuscate, personal information, scrub, personal, de-identify, blank out, gdpr, mask … emails`,
  eval: said`eval, evals, suite, suites, benchmark, benchmarks, evaluation suite, test suite, regression suite`,
  delete: said`
    delete, remove, erase, destroy, get rid, wipe, purge, throw away, throw … away, discard, drop … model, destructive,
    nuke, trash`,
  export: said`export, download, dump, write … csv, write … file, save … file, convert to`,
  query: said`sql, query, select, rows where, count … by, average … by, aggregate, how many rows`,
  save: said`save … pipeline, save … as a pipeline, turn … into a pipeline, make … a pipeline`,
  reproduce: said`reproduce, repeat, replicate, rerun, re-run, same result`,
  outcome: said`outcome, actual, ground truth, turned out, true value, record outcome`,
  message: said`email, send … email, send … message, forward, reply`,
  ticket: said`ticket, incident`,
  one: said`record, one record, single record`,
  deployed: said`deployment, deployed`,
  dataset: said`dataset, datasets, data set, data sets, data, table, tables, data frame, dataframe`,
  model: said`model, models, classifier, predictor`,
  version: said`version, versions`,
  split_feature: said`feature view, features for, point-in-time`,
}

/** Words that only hint: word -> ideas at half weight. */
export const hints: Readonly<Record<string, readonly string[]>> = {
  check: said`validate, drift, status`,
  score: said`evaluate, predict`,
  test: said`evaluate, validate, split`,
  show: said`list`,
  who: said`audit`,
  all: said`batch`,
  last: said`list`,
  latest: said`list`,
  metric: said`evaluate, status`,
  metrics: said`evaluate, status`,
  performance: said`evaluate, status`,
  quality: said`validate`,
  back: said`rollback`,
  previous: said`rollback`,
  canary: said`traffic, deploy`,
  percent: said`traffic`,
  changed: said`drift, audit`,
  change: said`traffic, drift`,
  column: said`profile`,
  columns: said`profile`,
  values: said`profile`,
  production: said`promote`,
  staging: said`promote`,
  prod: said`promote`,
  live: said`status, promote`,
  move: said`promote`,
  experiment: said`train`,
  folds: said`train`,
  fold: said`train`,
  algorithm: said`train`,
  forest: said`train`,
  boosting: said`train`,
  logistic: said`train`,
  predict: said`train`,
  target: said`train`,
  best: said`tune, compare`,
  say: said`ask`,
  says: said`ask`,
  keyword: said`search`,
  semantic: said`search`,
  top: said`search, list`,
  finished: said`status`,
  trained: said`lineage, train`,
  sensitive: said`fairness, mask`,
  history: said`audit, lineage`,
  files: said`index, import`,
  file: said`import, index`,
  csv: said`import`,
  parquet: said`import`,
  url: said`import`,
  inputs: said`importance`,
  variable: said`importance`,
  features: said`importance`,
  record: said`predict`,
  customer: said`predict`,
  above: said`monitor`,
  threshold: said`monitor`,
  training: said`train`,
  put: said`promote, deploy`,
  run: said`pipeline, eval`,
  daily: said`monitor`,
  hourly: said`monitor`,
  ready: said`validate`,
  checks: said`validate`,
  suspicious: said`drift`,
  different: said`drift, compare`,
  happened: said`audit`,
  folder: said`index, import`,
  used: said`lineage`,
  now: said`execute`,
  find: said`search`,
  immediately: said`execute`,
  deployment: said`status, deploy`,
}

/** Plurals that, after "which", "what", "show", "all" or "our", ask for a list. */
export const listable: ReadonlySet<string> = new Set(
  said`datasets, tables, models, runs, experiments, collections, pipelines, documents, jobs, suites, trainings, versions, approvals`,
)

/** Ideas that name a thing rather than a deed; the typed names in a request weigh more than these. */
export const thingIdeas: ReadonlySet<string> = new Set(said`dataset, model, version, document, run, pipeline, one, deployed`)

/** Words that carry no idea of their own: grammar, courtesy, and verbs that may stand before anything. */
export const plainWords: ReadonlySet<string> = new Set(
  `
  a an the this that these those it its they them their he she his her i me my mine we us our you your one ones some any each
  every all both other another am is are was were be been being do does did done have has had having can could will would shall
  should may might must need needs want wants like and or but so then than if when while because as at by for from in into of
  off on onto out over to under up upon with within without about across after before between during through until since per
  via against not no nor never only just also too very much many more most less least again still yet already here there now
  soon today what which who whom whose where how please kindly hey hi hello ok okay thanks thank let lets let's give gives get
  gets got show tell make makes take use uses using used put see look looks go goes going come set try help thing things way
  new old good great nice same different first last next latest current whole entire i'd i'll i'm we'd we'll it's that's what's
  don't doesn't didn't can't won't isn't aren't whether how's where's who's there's past called named name call save store
  result results output following quickly quick bit little kind sort past
  `
    .trim()
    .split(/\s+/u),
)
