/** What can be told of the tools without opening a database or finding a server: their help, and that a name is unknown. */
import { createCatalogue } from '../tools/catalogue.ts'
import { describeTool, type ToolDescription } from '../tools/description.ts'
import { generalHelp, toolHelp } from './help.ts'
import type { Io } from './io.ts'

export function describedTools(): readonly ToolDescription[] {
  return createCatalogue().list().map(describeTool)
}

export function printGeneralHelp(io: Io): number {
  io.out(generalHelp(describedTools(), widthOf(io)))
  return 0
}

/** Throws `not_found` with the nearest names. */
export function printToolHelp(name: string, io: Io): number {
  io.out(toolHelp(describeTool(createCatalogue().get(name)), widthOf(io)))
  return 0
}

/** Throws `not_found` with the nearest names. */
export function requireTool(name: string): void {
  createCatalogue().get(name)
}

const widthOf = ({ width }: Io): number => Math.min(width, 110)
