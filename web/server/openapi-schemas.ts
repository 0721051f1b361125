/** The named schemas of the OpenAPI document that no tool brings along. */
import { z } from 'zod'
import { faultCodes } from '../../platform/fault.ts'
import { runStates } from '../../platform/runs/runs.ts'
import { decisionSchema } from './approval-routes.ts'
import { newTokenSchema } from './token-routes.ts'

type Json = Readonly<Record<string, unknown>>

const text = (description: string): Json => ({ type: 'string', description })

function bodyOf(schema: z.ZodType): Json {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: 'input' })
  return body
}

export const fixedSchemas: Json = {
  Problem: {
    type: 'object',
    description: 'RFC 9457 problem details.',
    required: ['type', 'title', 'status', 'code', 'detail', 'errors'],
    properties: {
      type: text('Always about:blank: the code says what it is.'),
      title: text('The status in words.'),
      status: { type: 'integer', description: 'The HTTP status.' },
      code: { enum: faultCodes, description: 'What kind of failure, the same on every surface.' },
      detail: text('What went wrong and the next step.'),
      errors: {
        type: 'array',
        description: 'Every field that is wrong.',
        items: {
          type: 'object',
          required: ['path', 'message'],
          properties: { path: text('Dotted path of the field.'), message: text('What is wrong with it.') },
        },
      },
    },
  },
  Accepted: {
    type: 'object',
    required: ['run'],
    properties: { run: text('Id of the run.'), approval: text('Id of the approval that it waits for.') },
  },
  Decision: bodyOf(decisionSchema),
  NewToken: bodyOf(newTokenSchema),
  Run: {
    type: 'object',
    required: ['id', 'tool', 'state'],
    properties: {
      id: text('Id of the run.'),
      tool: text('The tool that runs.'),
      input: { description: 'Its input.' },
      state: { enum: runStates },
      attempt: { type: 'integer', description: 'Deliveries so far.' },
      progress: { type: ['object', 'null'], properties: { fraction: { type: 'number' }, message: { type: 'string' } } },
      result: { description: '{content, data} of a run that succeeded.' },
      error: { type: ['object', 'null'], properties: { code: { type: 'string' }, message: { type: 'string' } } },
      approval: { type: ['string', 'null'] },
      createdAt: { type: 'string', format: 'date-time' },
      startedAt: { type: ['string', 'null'], format: 'date-time' },
      endedAt: { type: ['string', 'null'], format: 'date-time' },
    },
  },
  Approval: {
    type: 'object',
    required: ['id', 'run', 'tool', 'state'],
    properties: {
      id: text('Id of the approval.'),
      run: text('The run that waits for it.'),
      tool: text('The tool to be called.'),
      input: { description: 'The exact arguments.' },
      origins: { description: 'Where each argument came from.' },
      reason: text('Why the policy asks.'),
      state: { enum: ['pending', 'approved', 'rejected', 'used', 'expired'] },
      createdAt: { type: 'string', format: 'date-time' },
      expiresAt: { type: 'string', format: 'date-time' },
    },
  },
}
