/** The version of this code, recorded with every training so that a repeat can tell whether it ran the same. */
import manifest from '../../package.json' with { type: 'json' }

export const codeVersion: string = manifest.version
