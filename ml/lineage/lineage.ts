/** Where things come from and what was made of them: datasets, trainings, model versions and deployments as one graph, read from their tables. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { DatasetRef } from '../data/datasets.ts'

export const artifactKinds = ['dataset', 'run', 'model', 'deployment'] as const
export type ArtifactKind = (typeof artifactKinds)[number]

export interface LineageNode {
  /** "dataset:adult@1", "run:run_…", "model:income@2" or "deployment:income#3". */
  readonly id: string
  readonly kind: ArtifactKind
  readonly label: string
}

/** `from` was used to make `to`. */
export interface LineageEdge {
  readonly from: string
  readonly to: string
  readonly relation: 'derived' | 'trained' | 'registered' | 'deployed'
}

export interface LineageGraph {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
}

/**
 * Everything the artifact was made of and everything made of it. `artifact` is a dataset ("adult" or "adult@1"), a run,
 * a model ("income" or "income@2"), or an id of a node. Throws `not_found`.
 */
export async function getLineage(
  db: Queryable,
  workspace: string,
  artifact: string,
): Promise<LineageGraph & { readonly about: readonly string[] }> {
  const whole = await wholeGraph(db, workspace)
  const about = startsAt(whole, artifact)
  if (about.length === 0)
    throw new Fault('not_found', `Nothing is called '${artifact.slice(0, 100)}'. Pass a dataset, a run, a model, or name@version.`)
  const kept = new Set([...reach(whole.edges, about, 'up'), ...reach(whole.edges, about, 'down')])
  return {
    about,
    nodes: whole.nodes.filter(({ id }) => kept.has(id)),
    edges: whole.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  }
}

function startsAt({ nodes }: LineageGraph, artifact: string): readonly string[] {
  const names = (id: string): readonly string[] => {
    const bare = id.slice(id.indexOf(':') + 1)
    return [id, bare, bare.replace(/[@#]\d+$/, '')]
  }
  const matches = nodes.filter(({ id, kind }) => kind !== 'deployment' && names(id).includes(artifact))
  // A version was asked for: not its neighbours of the same name.
  const exact = matches.filter(({ id }) => names(id).slice(0, 2).includes(artifact))
  return (exact.length > 0 ? exact : matches).map(({ id }) => id)
}

function reach(edges: readonly LineageEdge[], start: readonly string[], way: 'up' | 'down'): ReadonlySet<string> {
  const found = new Set(start)
  for (const id of found)
    for (const { from, to } of edges) {
      if (way === 'down' && from === id) found.add(to)
      if (way === 'up' && to === id) found.add(from)
    }
  return found
}

async function wholeGraph(db: Queryable, workspace: string): Promise<LineageGraph> {
  const datasets = await db.query<{ name: string; version: number; rows: number; parents: readonly DatasetRef[] }>(
    'select name, version, rows::double precision as rows, parents from datasets where workspace = $1 order by created_at desc limit 5000',
    [workspace],
  )
  const runs = await db.query<{ run: string; dataset: string; dataset_version: number; algorithm: string; target: string | null }>(
    'select run, dataset, dataset_version, algorithm, target from trainings where workspace = $1 order by created_at desc limit 5000',
    [workspace],
  )
  const versions = await db.query<{ model: string; version: number; run: string; stage: string }>(
    'select model, version, run, stage from model_versions where workspace = $1 order by created_at desc limit 5000',
    [workspace],
  )
  const deployments = await db.query<{ model: string; revision: number; reason: string; routes: readonly { readonly version: number }[] }>(
    'select model, revision, reason, routes from deployments where workspace = $1 order by created_at desc limit 5000',
    [workspace],
  )
  const nodes: LineageNode[] = [
    ...datasets.rows.map(({ name, version, rows }) => ({
      id: `dataset:${name}@${version}`,
      kind: 'dataset' as const,
      label: `${name} version ${version}, ${rows} rows`,
    })),
    ...runs.rows.map(({ run, algorithm, target }) => ({
      id: `run:${run}`,
      kind: 'run' as const,
      label: target === null ? algorithm : `${algorithm} for ${target}`,
    })),
    ...versions.rows.map(({ model, version, stage }) => ({
      id: `model:${model}@${version}`,
      kind: 'model' as const,
      label: `${model} version ${version}${stage === 'none' ? '' : `, ${stage}`}`,
    })),
    ...deployments.rows.map(({ model, revision, reason }) => ({
      id: `deployment:${model}#${revision}`,
      kind: 'deployment' as const,
      label: reason,
    })),
  ]
  const edges: LineageEdge[] = [
    ...datasets.rows.flatMap(({ name, version, parents }) =>
      parents.map((parent) => ({
        from: `dataset:${parent.name}@${parent.version}`,
        to: `dataset:${name}@${version}`,
        relation: 'derived' as const,
      })),
    ),
    ...runs.rows.map(({ run, dataset, dataset_version }) => ({
      from: `dataset:${dataset}@${dataset_version}`,
      to: `run:${run}`,
      relation: 'trained' as const,
    })),
    ...versions.rows.map(({ model, version, run }) => ({
      from: `run:${run}`,
      to: `model:${model}@${version}`,
      relation: 'registered' as const,
    })),
    ...deployments.rows.flatMap(({ model, revision, routes }) =>
      routes.map(({ version }) => ({
        from: `model:${model}@${version}`,
        to: `deployment:${model}#${revision}`,
        relation: 'deployed' as const,
      })),
    ),
  ]
  const known = new Set(nodes.map(({ id }) => id))
  return { nodes, edges: edges.filter(({ from, to }) => known.has(from) && known.has(to)) }
}
