import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../platform/testing/harness.ts'
import type { Origin } from './invocation.ts'
import { defaultPolicy, judge } from './policy.ts'
import { loadPolicy, readPolicy } from './policy-file.ts'
import { unknownTools } from './policy-tools.ts'
import { effects } from './tool.ts'

const page = await readFile(join(import.meta.dirname, '../docs/policy.md'), 'utf8')

const rowSchema = z.object({
  caller: z.enum(['person', 'agent', 'automation']),
  workspace: z.string(),
  tool: z.string(),
  effect: z.enum(effects),
  arguments: z.string(),
  untrusted: z.string(),
  verdict: z.enum(['run', 'ask', 'refuse']),
})

/** Each example of the page with the rows of the table that follows it. */
function examples(): readonly (readonly [string, readonly z.output<typeof rowSchema>[]])[] {
  const parts = page.split('```json\n').slice(1)
  return parts.map((part) => {
    const [json = '', rest = ''] = part.split('\n```\n')
    const table =
      rest
        .split('\n## ')[0]
        ?.split('\n')
        .filter((line) => line.startsWith('|')) ?? []
    const [head = '', , ...rows] = table.map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    return [json, rows.map((cells) => rowSchema.parse(Object.fromEntries(cells.map((cell, at) => [head[at], cell.replaceAll('`', '')]))))]
  })
}

const shaped = (path: string): Readonly<Record<string, Origin>> =>
  path === '' ? {} : { [path === 'the decision' ? '' : path]: { trust: 'untrusted', source: 'document a.md' } }

describe('the page about the policy', () => {
  it.each(examples())('says of its example what the code does: %s', (json, rows) => {
    expect(rows.length).toBeGreaterThan(3)
    const policy = readPolicy(json, 'docs/policy.md')
    for (const row of rows) {
      const { kind } = judge(policy, {
        tool: row.tool,
        effect: row.effect,
        input: JSON.parse(row.arguments),
        origins: shaped(row.untrusted),
        caller: { id: 'x', name: 'x', kind: row.caller, role: 'admin', workspace: row.workspace, channel: 'http' },
      })
      expect({ ...row, verdict: kind }).toEqual(row)
    }
  })

  it('shows the built-in table as it is', () => {
    for (const effect of effects) {
      const cells = page
        .split('\n')
        .find((line) => line.startsWith(`| \`${effect}\``))
        ?.split('|')
        .map((cell) => cell.trim())
      const { person, agent, automation } = defaultPolicy.table
      expect(cells?.slice(3, 6)).toEqual([person[effect], agent[effect], automation[effect]])
    }
  })
})

describe('a policy file', () => {
  it.each([
    ['no JSON', '{"rules": [', 'is not JSON'],
    ['an unknown field', '{"rules": [{"rule": "run", "tool": "x"}]}', 'rules.0: Unrecognized key: "tool"'],
    ['an unknown rule', '{"rules": [{"rule": "allow"}]}', 'rules.0.rule: Invalid option: expected one of "run"|"ask"'],
    [
      'a condition that says nothing',
      '{"rules": [{"rule": "ask", "where": [{"argument": "a"}]}]}',
      'rules.0.where.0: says nothing of the argument',
    ],
    [
      'a tool pattern that fits none',
      '{"rules": [{"rule": "ask", "tools": ["set-traffic"]}]}',
      'rules.0.tools.0: write a tool name such as set_traffic',
    ],
    ['a cell that is not there', '{"table": {"agent": {"write": "run"}}}', 'table.agent'],
    ['a list', '[]', 'the whole'],
  ])('with %s names file, place and what to write', (_, text, words) => {
    expect(() => readPolicy(text, '/etc/policy.json')).toThrow(words)
    expect(() => readPolicy(text, '/etc/policy.json')).toThrow('/etc/policy.json')
  })

  it('is read from disk, and missing is an error that names the variable', async () => {
    const folder = await temporaryFolder()
    const path = join(folder.path, 'policy.json')
    await expect(loadPolicy(path)).rejects.toThrow('MILLRACE_POLICY')
    await writeFile(path, '{"table": {"agent": {"change": "refuse"}}}')
    const { rules, table } = await loadPolicy(path)
    expect(rules).toEqual([])
    expect(table).toEqual({ ...defaultPolicy.table, agent: { ...defaultPolicy.table.agent, change: 'refuse' } })
    await folder.remove()
  })
})

describe('names in a policy', () => {
  it('are checked against the tools there are; those of foreign servers are let be', () => {
    const tools = ['set_traffic', 'ingest_*', 'set_trafic', 'mail__*', '*']
    expect(unknownTools([{ rule: 'ask', tools }, { rule: 'run' }])).toEqual(['set_trafic'])
  })
})
