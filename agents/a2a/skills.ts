/** The skills of the agent card: the tools of the catalogue, grouped as a reader would look for them. */
import type { AgentSkill } from '@a2a-js/sdk'
import type { Tool } from '../../tools/tool.ts'

interface Group {
  readonly id: string
  readonly name: string
  readonly description: string
  /** Of the tools' names; the first group that fits takes the tool. */
  readonly fits: RegExp
}

const groups: readonly Group[] = [
  {
    id: 'documents',
    name: 'Documents and answers',
    description: 'Takes documents into collections, searches them and answers questions from them with citations to the exact place.',
    fits: /document|collection|passage|feedback|tune_search|embed/,
  },
  {
    id: 'pipelines',
    name: 'Pipelines',
    description: 'Saves steps as pipelines, runs them and schedules them.',
    fits: /pipeline|schedule/,
  },
  {
    id: 'operations',
    name: 'Deployment and monitoring',
    description: 'Deploys models, moves traffic, rolls back, predicts, and watches for drift.',
    fits: /deploy|traffic|rollback|promote|drift|monitor|predict|outcome/,
  },
  {
    id: 'models',
    name: 'Training and evaluation',
    description: 'Trains, tunes, compares, evaluates, registers and reproduces models.',
    fits: /model|train|tune|run|eval/,
  },
  {
    id: 'data',
    name: 'Data',
    description: 'Takes in datasets, profiles, validates, prepares, splits, queries and exports them, and knows where things come from.',
    fits: /data|lineage|catalog|feature|mask/,
  },
  {
    id: 'governance',
    name: 'Oversight',
    description: 'Shows what was done and by whom, stops agents, and decides which foreign servers are trusted.',
    fits: /audit|agents|approval|server/,
  },
  { id: 'more', name: 'More', description: 'Other tools of this installation.', fits: /./ },
]

const mostExamples = 6

/** Tools of foreign servers are left out: their words are not ours to sign. */
export function skillsOf(tools: readonly Tool[]): AgentSkill[] {
  const own = tools.filter(({ foreign }) => foreign === undefined)
  return groups.flatMap(({ id, name, description }) => {
    const members = own.filter((tool) => groups.find(({ fits }) => fits.test(tool.name))?.id === id)
    if (members.length === 0) return []
    const examples = members.flatMap((tool) => tool.examples.slice(0, 1).map(({ says }) => says)).slice(0, mostExamples)
    const lists = { inputModes: [], outputModes: [], securityRequirements: [] }
    return [{ id, name, description, tags: members.map((tool) => tool.name), examples, ...lists }]
  })
}
