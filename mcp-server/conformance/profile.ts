/**
 * What the protocol's conformance suite expects to find on a server under test: its fixtures, served beside our own
 * tools, resources and prompts. Only where the operator asks for it (MILLRACE_MCP_PROFILE=conformance).
 */
import { randomBytes } from 'node:crypto'
import { createRequestStateCodec } from '@modelcontextprotocol/server'
import type { OpenCatalogue } from '../../tools/invocation.ts'
import type { Profile, ProfileParts } from '../profile.ts'
import { catalogueTools } from './catalogue-tools.ts'
import { contentTools, headerTool, pushTools, triggerTools } from './content-tools.ts'
import { inputTools } from './input-tools.ts'
import { prompts } from './prompts.ts'
import { createQuestions } from './questions.ts'
import { resources } from './resources.ts'

/** Joins the tools that are called through `invoke` to the catalogue; the rest comes with each server. */
export function conformanceProfile(catalogue: OpenCatalogue): (parts: ProfileParts) => Profile {
  const questions = createQuestions()
  const codec = createRequestStateCodec({ key: randomBytes(32) })
  catalogue.join('conformance', catalogueTools(questions))
  return ({ changes }) => ({
    tools: [headerTool, ...contentTools, ...pushTools, ...inputTools(codec), ...triggerTools(changes, 'default')],
    taskOnly: new Set(['failing_job', 'test_tool_with_task']),
    resources,
    prompts,
    questions,
    headerSchemas: new Map([[headerTool.listing.name, headerTool.listing.inputSchema]]),
    openState: codec.verify,
  })
}
