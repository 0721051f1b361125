/** How numbers, names and times are written for people: the same everywhere on the page. */

const acronyms: Readonly<Record<string, string>> = {
  roc_auc: 'ROC AUC',
  pr_auc: 'PR AUC',
  auc: 'AUC',
  f1: 'F1',
  f1_macro: 'F1 macro',
  rmse: 'RMSE',
  mae: 'MAE',
  mape: 'MAPE',
  mse: 'MSE',
  r2: 'R²',
  psi: 'PSI',
  js: 'JS',
  ks: 'KS',
  sql: 'SQL',
  sd: 'SD',
  p_value: 'p-value',
  id: 'ID',
  mcc: 'MCC',
  onnx: 'ONNX',
  shap: 'SHAP',
  mrr: 'MRR',
  roc: 'ROC curve',
  fpr: 'False positive rate',
  tpr: 'True positive rate',
  fnr: 'False negative rate',
  tnr: 'True negative rate',
  url: 'URL',
}

const headline = [
  'roc_auc',
  'pr_auc',
  'accuracy',
  'balanced_accuracy',
  'f1',
  'f1_macro',
  'precision',
  'recall',
  'log_loss',
  'silhouette',
  'ndcg@10',
  'r2',
  'rmse',
  'mae',
]

/** Measures in the order people ask for them, `lead` before all; the rest keep theirs. */
export function byHeadline<T>(entries: readonly (readonly [string, T])[], lead?: string): readonly (readonly [string, T])[] {
  return sortedBy(entries, lead === undefined ? headline : [lead, ...headline])
}

const facts = ['name', 'model', 'version', 'stage', 'algorithm', 'task', 'target', 'dataset', 'rows', 'metric']

/** What something is before how it went; the rest keep their order. */
export function byOrder<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return sortedBy(entries, facts)
}

function sortedBy<T>(entries: readonly (readonly [string, T])[], names: readonly string[]): readonly (readonly [string, T])[] {
  const rank = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length)
  return entries.toSorted(([left], [right]) => rank(left) - rank(right))
}

/** `demographic_parity_difference` -> `Demographic parity difference`; known measures by their usual names. */
export function label(key: string): string {
  const known = acronyms[key.toLowerCase()]
  if (known !== undefined) return known
  const words = key.replaceAll('_', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Four significant digits for fractions, grouped digits for large whole numbers, nothing lost that matters. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (Number.isInteger(value)) return size >= 10_000 ? value.toLocaleString('en') : String(value)
  if (size >= 10_000) return Math.round(value).toLocaleString('en')
  if (size > 0 && size < 0.001) return value.toExponential(2)
  return String(Number(value.toPrecision(4)))
}

/** How many decimals a column of numbers needs so that its points stand under each other, at most four. */
export function decimals(values: readonly unknown[]): number | undefined {
  const sizes = values.filter((value) => typeof value === 'number').map((value) => Math.abs(value))
  const usual = sizes.every((size) => size === 0 || (size >= 0.001 && size < 10_000))
  if (!usual || sizes.every(Number.isInteger)) return undefined
  const digits = sizes.filter((size) => size > 0).map((size) => (number(size).split('.')[1] ?? '').length)
  return Math.min(4, Math.max(0, ...digits))
}

/** One value on one line; lists and records as compact JSON. */
export function brief(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return number(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return instant(value) ?? value
  if (Array.isArray(value) && value.length === 0) return 'none'
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.map(brief).join(', ')
  return JSON.stringify(value)
}

/** `2026-11-21T12:31:07.000Z` -> `21 Nov, 12:31`, with the year when it is another; undefined for text that is no instant. */
function instant(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return undefined
  const year = time.getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
  return time.toLocaleString('en-GB', { day: 'numeric', month: 'short', year, hour: '2-digit', minute: '2-digit' })
}

/** How long ago, in the largest unit that says enough. */
export function ago(text: string, now: number): string {
  const seconds = Math.round((now - new Date(text).getTime()) / 1000)
  if (!Number.isFinite(seconds)) return ''
  if (seconds < 45) return 'just now'
  if (seconds < 3_600) return `${Math.max(1, Math.round(seconds / 60))} min ago`
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h ago`
  return `${Math.round(seconds / 86_400)} d ago`
}
