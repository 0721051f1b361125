/** Whether the optional package is here; tests of local models are skipped where it is not, and say so aloud. */
export const libraryInstalled = ((): boolean => {
  try {
    import.meta.resolve('@huggingface/transformers')
    return true
  } catch {
    console.warn('SKIPPED: @huggingface/transformers is not installed, so local models are not tested here.')
    return false
  }
})()
