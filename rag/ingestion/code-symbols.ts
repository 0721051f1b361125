/** Which lines declare a symbol, and its name: patterns that the common languages share. */
import type { CodeLanguage } from './code-languages.ts'

/** Words that stand before a declaration in one language or another. */
const modifiers =
  '(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|override|readonly|open|sealed|data|inline|suspend|virtual|partial|unsafe|extern|const|constexpr|pub(?:\\([^)]*\\))?|local|case|implicit|lazy|native|synchronized|fileprivate|mutating|companion|inner|value|annotation|tailrec|operator|typedef|template\\s*<[^>]*>|"[^"]*")\\s+)*'
const name = '([\\p{L}_$~][\\p{L}\\p{N}_$:.!?~]*)'

/** A symbol that has members of its own. */
export const containerPattern = new RegExp(
  `^\\s*${modifiers}(?:class|interface|struct|enum|union|trait|object|protocol|extension|namespace|module|mod|record|impl|actor|defmodule|message|service)\\b`,
  'u',
)
/** Decorators and attributes above a declaration. */
export const leadPattern = /^\s*(?:@[\p{L}_]|#!?\[|\[[\p{L}_][^\]]*\]\s*$|template\s*<)/u

const named = new RegExp(
  `^\\s*${modifiers}(?:class|interface|struct|enum(?:\\s+class)?|union|trait|object|protocol|extension|namespace|module|mod|record|actor|defmodule|message|service|function\\s*\\*?|func|fun|fn|def|defp|sub|proc|macro_rules!|type|typealias)\\s+(?:<[^>]*>\\s*)?${name}`,
  'u',
)
const implementation = /^\s*(?:unsafe\s+)?impl\b(?:\s*<[^{]*?>)?\s+([^{]+?)\s*(?:\{|where\b|$)/
const method = /^func\s+\([^)]*?\*?([\p{L}\p{N}_]+)(?:\[[^\]]*\])?\s*\)\s*([\p{L}\p{N}_]+)/u
const value = new RegExp(`^\\s*${modifiers}(?:const|let|var|val|static)\\s+(?:mut\\s+)?${name}`, 'u')
const statement =
  /^\s*(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:unique\s+|temporary\s+|temp\s+|materialized\s+)*(?:table|view|index|function|procedure|trigger|type|schema|sequence|extension|policy|role|database)\s+(?:if\s+(?:not\s+)?exists\s+|concurrently\s+)*["'`]?([\w.$]+)/i
const shellFunction = /^\s*(?:function\s+)?([\w:.-]+)\s*\(\s*\)/
/** `int main(`, `Widget::draw(`, and in classes `draw(`. */
const bare = /^\s*(?:[\p{L}_@][\p{L}\p{N}_:<>,.*&[\]?@ \t]*?[\s*&])?([\p{L}_$~#][\p{L}\p{N}_$:~]*)\s*(?:<[^>(]*>)?\s*\([^;]*$/u
const notNames = new Set(
  'if for while switch catch return new else do throw await yield typeof sizeof delete case with using lock import'.split(' '),
)

/** Bounds what the patterns may try. */
const longestDeclaration = 300

/** The symbol that a line declares; `member`: the line stands in a class. */
export function symbolIn(line: string, language: CodeLanguage, member: boolean): string | undefined {
  const code = line.slice(0, longestDeclaration)
  if (language.name === 'sql') return statement.exec(code)?.[1]
  if (language.name === 'shell') return shellFunction.exec(code)?.[1]
  const receiver = method.exec(code)
  if (receiver) return `${receiver[1]}.${receiver[2]}`
  const script = /script|vue/.test(language.name)
  const values = !member && (script || !language.bareFunctions)
  const found = named.exec(code)?.[1] ?? implementation.exec(code)?.[1] ?? (values ? value.exec(code)?.[1] : undefined)
  if (found !== undefined) return tidy(found)
  if (!language.bareFunctions || (script && !member)) return undefined
  const called = bare.exec(code)?.[1]
  return called === undefined || notNames.has(called) || /^\s*(?:return|else|throw|new|await|case)\b/.test(code) ? undefined : tidy(called)
}

const tidy = (found: string): string =>
  found
    .replace(/[:.\s]+$/, '')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 100)

/** In C a function's type may stand on a line of its own above its name. */
export const isReturnType = (code: string, { bareFunctions }: CodeLanguage): boolean =>
  bareFunctions && /^[\p{L}_][\p{L}\p{N}_\s*&:<>]{0,100}$/u.test(code)
