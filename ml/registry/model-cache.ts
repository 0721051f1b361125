/** Decoded models kept by the digest of their bytes: decoding costs milliseconds, a prediction microseconds. */
import type { Blobs } from '../../platform/blobs.ts'
import { decodeModel, type Model } from '../models/model.ts'

const most = 16
const decoded = new Map<string, Promise<Model>>()

/** The model in a blob. A digest names its bytes for ever, so nothing here can grow stale. Throws `not_found`. */
export async function loadModel(blobs: Blobs, digest: string): Promise<Model> {
  const known = decoded.get(digest)
  const model = known ?? blobs.get(digest).then(decodeModel)
  decoded.delete(digest)
  decoded.set(digest, model)
  const oldest = decoded.keys().next().value
  if (decoded.size > most && oldest !== undefined) decoded.delete(oldest)
  try {
    return await model
  } catch (error) {
    decoded.delete(digest)
    throw error
  }
}
