/** The HTTP API as OpenAPI 3.1, made from the same catalogue that serves it: one path a tool, and the fixed paths around them. */

import type { ToolDescription } from '../../tools/description.ts'
import { facadePaths, facadeSchemas, facadeTags } from './openapi-facades.ts'
import { fixedPaths, idempotencyParameter, problemResponse, waitParameter } from './openapi-fixed.ts'
import { ragPaths } from './openapi-rag.ts'
import { relocated } from './openapi-references.ts'
import { fixedSchemas } from './openapi-schemas.ts'

type Json = Readonly<Record<string, unknown>>

export function openapiOf(tools: readonly ToolDescription[], { version, url }: { readonly version: string; readonly url: string }): Json {
  const schemas = tools.flatMap((tool) => [
    [`${tool.name}_input`, relocated(tool.input, `${tool.name}_input`)] as const,
    [`${tool.name}_output`, relocated(tool.output, `${tool.name}_output`)] as const,
  ])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Millrace',
      version,
      description: 'Everything Millrace can do is a tool; every tool is a path here. The same tools are served over MCP at /mcp.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    security: [{ bearer: [] }, {}],
    tags: [
      { name: 'tools', description: 'One path a tool; the body is its input.' },
      { name: 'collections', description: 'Documents for applications: added, searched, asked, moved.' },
      { name: 'runs', description: 'Durable work: followed, streamed, cancelled.' },
      { name: 'approvals', description: 'Calls that wait for a person.' },
      { name: 'chat', description: 'The orchestrator, over AG-UI.' },
      ...facadeTags,
      { name: 'sessions', description: 'Signing in, and access tokens.' },
      { name: 'status', description: 'For whoever watches the process.' },
    ],
    paths: {
      ...Object.fromEntries(tools.map((tool) => [`/api/tools/${tool.name}`, { post: toolOperation(tool) }])),
      ...ragPaths(tools),
      ...fixedPaths,
      ...facadePaths,
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token, made with `npx millrace token`. Optional in local mode.' },
      },
      schemas: { ...fixedSchemas, ...facadeSchemas, ...Object.fromEntries(schemas) },
    },
  }
}

function toolOperation(tool: ToolDescription): Json {
  const { name, title, description, effect, role, durable, examples } = tool
  const named = examples.map((example, index) => [`example_${index + 1}`, { summary: example.says, value: example.input }] as const)
  return {
    operationId: name,
    tags: ['tools'],
    summary: title,
    description: `${description}\n\nEffect: ${effect}. Least role: ${role}.${durable ? ' Runs as a durable run.' : ''}`,
    parameters: [waitParameter, idempotencyParameter],
    requestBody: {
      required: false,
      content: {
        'application/json': {
          schema: { $ref: `#/components/schemas/${name}_input` },
          ...(named.length === 0 ? {} : { examples: Object.fromEntries(named) }),
        },
      },
    },
    responses: {
      200: {
        description: 'Done.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['content', 'data'],
              properties: {
                content: { type: 'string', description: 'The result in a sentence.' },
                data: { $ref: `#/components/schemas/${name}_output` },
                run: { type: 'string', description: 'The durable run that did it, when there was one.' },
              },
            },
          },
        },
      },
      202: {
        description: 'Not done yet: a run that goes on, or one that waits for a person (`approval`).',
        headers: { Location: { description: 'Where to follow the run.', schema: { type: 'string' } } },
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Accepted' } } },
      },
      default: problemResponse,
    },
  }
}
