/** `millrace init DIR`: a small project to begin with: some rows, some documents, a pipeline, and the commands to try. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Fault } from '../platform/fault.ts'
import type { Io } from './io.ts'

/** Throws `usage`, and `conflict` when the folder holds something already. */
export async function runInit({
  argv,
  io,
  folder = process.cwd(),
}: {
  readonly argv: readonly string[]
  readonly io: Io
  readonly folder?: string
}): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name.startsWith('-') || rest.length > 0)
    throw new Fault('usage', 'millrace init wants one folder, for example: millrace init churn')
  const target = resolve(folder, name)
  const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new Fault('usage', `'${name}' is not a folder (${error.code ?? 'unknown'}). Choose another name.`)
  })
  if (there.length > 0) throw new Fault('conflict', `'${name}' holds ${there.length} files already. Choose an empty or a new folder.`)
  for (const [file, text] of Object.entries(template())) {
    await mkdir(dirname(join(target, file)), { recursive: true })
    await writeFile(join(target, file), text, { flag: 'wx' })
  }
  io.out(
    `Made ${name}. Next:\n  cd ${name}\n  npx millrace ingest-data data/tickets.csv --name tickets\n  npx millrace train-model --dataset tickets --target escalated\n`,
  )
  return 0
}

function template(): Readonly<Record<string, string>> {
  return {
    'README.md': readme,
    '.gitignore': '.millrace/\n.env\n',
    '.env.example': '# MILLRACE_HOME=.millrace\n# OPENAI_API_KEY=\n# DATABASE_URL=postgres://user:password@localhost:5432/millrace\n',
    'data/tickets.csv': tickets(),
    'documents/refunds.md':
      '# Refunds\n\nA refund is paid within fourteen days of the request. Orders above 500 euros need the consent of a team lead.\n\n## Damaged goods\n\nDamaged goods are replaced once; the customer keeps the damaged item unless we ask for it.\n',
    'documents/support-hours.md':
      '# Support hours\n\nThe support desk is open from 8 to 18 on weekdays, Central European Time. Outside these hours the on-call engineer answers priority one only.\n',
    'pipelines/train.json': `${JSON.stringify(pipeline, null, 2)}\n`,
  }
}

const readme = `# A Millrace project

Rows in \`data/\`, documents in \`documents/\`, a pipeline in \`pipelines/\`. From this folder:

\`\`\`
npx millrace ingest-data data/tickets.csv --name tickets
npx millrace profile-data tickets
npx millrace train-model --dataset tickets --target escalated
npx millrace ingest-documents --path documents --collection handbook
npx millrace ask-documents "When is a refund paid?" --collection handbook
npx millrace save-pipeline --input pipelines/train.json
npx millrace run-pipeline nightly
npx millrace serve
\`\`\`

\`npx millrace --help\` lists every tool; \`npx millrace doctor\` checks the installation.
`

const pipeline = {
  name: 'nightly',
  params: { file: 'data/tickets.csv' },
  steps: [
    { id: 'load', tool: 'ingest_data', input: { source: `\${params.file}`, name: 'tickets' } },
    { id: 'train', tool: 'train_model', input: { dataset: `\${steps.load.name}@\${steps.load.version}`, target: 'escalated', seed: 7 } },
    { id: 'register', tool: 'register_model', input: { run: `\${steps.train.run}`, name: 'escalation' } },
  ],
}

/** 240 tickets whose escalation follows from priority, waiting time and plan, with some chance; the same on every machine. */
function tickets(): string {
  let state = 20_261_121
  // Park and Miller 1988.
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const plans = ['free', 'team', 'enterprise']
  const rows = Array.from({ length: 240 }, (_, index) => {
    const priority = 1 + Math.floor(random() * 4)
    const hours = Math.round(random() * 720) / 10
    const plan = plans[Math.floor(random() * plans.length)] ?? 'free'
    const messages = 1 + Math.floor(random() * 12)
    const pressure = 0.05 * hours - 0.9 * priority + (plan === 'enterprise' ? 1.2 : 0) + 0.08 * messages
    const escalated = random() < 1 / (1 + Math.exp(-pressure)) ? 'yes' : 'no'
    return [index + 1, priority, hours, plan, messages, escalated].join(',')
  })
  return `ticket,priority,hours_open,plan,messages,escalated\n${rows.join('\n')}\n`
}
