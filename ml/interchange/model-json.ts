/** A model as one JSON document; docs/model-json.md says what each field means. */
import type { Model } from '../models/model.ts'

export function modelJson({ format: _, ...model }: Model): string {
  return JSON.stringify({ format: 'millrace-model-json/1', ...model }, (_, value: unknown) =>
    ArrayBuffer.isView(value) && Symbol.iterator in value ? Array.from(Object.values(value)) : value,
  )
}
