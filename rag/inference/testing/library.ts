/** Tests of local models are skipped where the optional package is not installed, and say so aloud. */
import { transformersInstalled } from '../transformers.ts'

export const libraryInstalled = transformersInstalled()
if (!libraryInstalled) console.warn('SKIPPED: @huggingface/transformers is not installed, so local models are not tested here.')
