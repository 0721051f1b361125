/** The plan of a turn in AG-UI, twice: as an activity that clients draw in the conversation, and in the shared state. */
import { type Event, EventType, type JsonPatchOperation } from '@ag-ui/core'
import type { PlanStep } from '../../agents/chat.ts'
import { own, stateDelta } from './agui-state.ts'
import { diffJson } from './json-diff.ts'

export interface PlanBoard {
  /** The whole plan as it is now: told whole at first and when it is another, else how far its steps are. */
  show(steps: readonly PlanStep[]): readonly Event[]
}

/** `messageId` is that of the activity. */
export function createPlanBoard(messageId: string): PlanBoard {
  let shown: readonly PlanStep[] | undefined
  const about = { messageId, activityType: 'PLAN' }
  return {
    show: (steps) => {
      const before = shown
      shown = steps
      if (before === undefined || !isSamePlan(before, steps))
        return [
          { type: EventType.ACTIVITY_SNAPSHOT, ...about, content: { steps } },
          stateDelta({ op: 'add', path: own('plan'), value: steps }),
        ]
      const patch = diffJson({ steps: before }, { steps })
      if (patch.length === 0) return []
      return [
        { type: EventType.ACTIVITY_DELTA, ...about, patch: [...patch] },
        stateDelta(...patch.map((operation) => ({ ...operation, path: statePlace(operation) }))),
      ]
    },
  }
}

/** The same steps, however far each is. */
function isSamePlan(before: readonly PlanStep[], after: readonly PlanStep[]): boolean {
  const bare = (steps: readonly PlanStep[]): unknown => steps.map(({ state: _, ...step }) => step)
  return diffJson(bare(before), bare(after)).length === 0
}

const statePlace = ({ path }: JsonPatchOperation): string => path.replace(/^\/steps/, own('plan'))
