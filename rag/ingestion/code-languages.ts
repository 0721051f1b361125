/** Which programming language a file is in, by its ending, and what the outline of its symbols has to know about it. */
import { extname } from 'node:path'

export interface CodeLanguage {
  readonly name: string
  /** How bodies are marked: by brackets, or by how far lines are indented. */
  readonly bodies: 'brackets' | 'indentation'
  /** What starts a comment that ends with its line. */
  readonly lineComments: readonly string[]
  /** Marks that open and close strings; those of three signs and the backtick may run over lines. */
  readonly quotes: readonly string[]
  /** Functions are written `type name(…)` or `name(…)`, without a word that says so. */
  readonly bareFunctions: boolean
}

const slashes = { bodies: 'brackets', lineComments: ['//'], quotes: ['"'], bareFunctions: false } as const
const script = { ...slashes, quotes: ['`', '"', "'"], bareFunctions: true } as const
const cFamily = { ...slashes, bareFunctions: true } as const
const indented = { bodies: 'indentation', lineComments: ['#'], quotes: ['"', "'"], bareFunctions: false } as const

const languages: readonly (readonly [CodeLanguage, string])[] = [
  [{ name: 'typescript', ...script }, '.ts .tsx .mts .cts'],
  [{ name: 'javascript', ...script }, '.js .jsx .mjs .cjs'],
  [{ name: 'python', ...indented, quotes: ['"""', "'''", '"', "'"] }, '.py .pyi'],
  [{ name: 'java', ...cFamily, quotes: ['"""', '"'] }, '.java'],
  [{ name: 'kotlin', ...slashes, quotes: ['"""', '"'] }, '.kt .kts'],
  [{ name: 'go', ...slashes, quotes: ['`', '"'] }, '.go'],
  [{ name: 'rust', ...slashes }, '.rs'],
  [{ name: 'c', ...cFamily }, '.c .h'],
  [{ name: 'cpp', ...cFamily }, '.cpp .cc .cxx .hpp .hh .hxx'],
  [{ name: 'csharp', ...cFamily, quotes: ['"""', '"'] }, '.cs'],
  [{ name: 'ruby', ...indented }, '.rb .rake'],
  [{ name: 'php', ...slashes, lineComments: ['//', '#'], quotes: ['"', "'"] }, '.php'],
  [{ name: 'swift', ...slashes, quotes: ['"""', '"'] }, '.swift'],
  [{ name: 'scala', ...slashes, quotes: ['"""', '"'] }, '.scala .sc'],
  [{ name: 'dart', ...cFamily, quotes: ['"""', "'''", '"', "'"] }, '.dart'],
  [{ name: 'groovy', ...cFamily, quotes: ['"""', "'''", '"', "'"] }, '.groovy .gradle'],
  [{ name: 'lua', ...indented, lineComments: ['--'] }, '.lua'],
  [{ name: 'elixir', ...indented, quotes: ['"""', '"'] }, '.ex .exs'],
  [{ name: 'r', ...slashes, lineComments: ['#'], quotes: ['"', "'"] }, '.r'],
  [{ name: 'shell', ...slashes, lineComments: ['#'], quotes: ['"', "'"], bareFunctions: true }, '.sh .bash .zsh'],
  [{ name: 'powershell', ...slashes, lineComments: ['#'], quotes: ['"', "'"] }, '.ps1 .psm1'],
  [{ name: 'sql', ...slashes, lineComments: ['--'], quotes: ['"', "'"] }, '.sql'],
  [{ name: 'protobuf', ...slashes }, '.proto'],
  [{ name: 'css', ...slashes, lineComments: [], quotes: ['"', "'"] }, '.css .scss .less'],
  [{ name: 'vue', ...script }, '.vue .svelte'],
]

const byEnding = new Map(languages.flatMap(([language, endings]) => endings.split(' ').map((ending) => [ending, language] as const)))

/** Undefined for what is no source code by its name. */
export const codeLanguageOf = (name: string): CodeLanguage | undefined => byEnding.get(extname(name).toLowerCase())
