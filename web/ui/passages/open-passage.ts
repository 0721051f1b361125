/** The passage a person opened, if any: one drawer for the whole page. */
import type { Passage } from '../results/shape.ts'
import { createStore } from '../store.ts'

export const openPassage = createStore<Passage | undefined>(undefined)
