import { describe, expect, it } from 'vitest'
import { takeWorkspace } from './workspace-flag.ts'

describe('--workspace', () => {
  it('is taken out of the words wherever it stands', () => {
    expect(takeWorkspace(['approve', 'x'])).toEqual({ workspace: undefined, argv: ['approve', 'x'] })
    expect(takeWorkspace(['approve', '--workspace', 'lab', 'x'])).toEqual({ workspace: 'lab', argv: ['approve', 'x'] })
    expect(takeWorkspace(['--workspace=lab', 'list'])).toEqual({ workspace: 'lab', argv: ['list'] })
  })

  it.each([[['--workspace']], [['--workspace', '--json']], [['--workspace=']], [['--workspace', 'a/b']]])('is refused as %j', (argv) => {
    expect(() => takeWorkspace(argv)).toThrow('--workspace wants the name')
  })
})
