import { expect, it } from 'vitest'
import { createCatalogue } from '../../tools/catalogue.ts'
import { skillsOf } from './skills.ts'

it('every tool belongs to exactly one skill', () => {
  const tools = createCatalogue().list()
  const skills = skillsOf(tools)
  const tags = skills.flatMap((skill) => skill.tags)
  expect(tags.toSorted()).toEqual(tools.map(({ name }) => name).toSorted())
  const skillOf = (tool: string): string | undefined => skills.find((skill) => skill.tags.includes(tool))?.id
  expect(['search_documents', 'train_model', 'deploy_model', 'ingest_data', 'run_pipeline', 'audit_log'].map(skillOf)).toEqual([
    'documents',
    'models',
    'operations',
    'data',
    'pipelines',
    'governance',
  ])
})
