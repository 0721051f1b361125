/** A report as one self-contained HTML page: no script, no request, readable in light and dark. */

import type { Interval } from './interval.ts'
import { leavesOf } from './metrics.ts'
import { casesOf } from './report.ts'
import type { EvalRun } from './run.ts'
import type { TriedCase } from './trials.ts'

export function reportPage(run: EvalRun): string {
  const title = `${run.suite}: ${run.id}`
  const body = [header(run), gate(run), metrics(run), trials(run), comparison(run), cases(run)].join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(title)}</title><style>${style}</style></head>
<body><main>${body}</main></body></html>
`
}

const style = `
:root{color-scheme:light dark;--ink:light-dark(#1c1c1e,#ececee);--soft:light-dark(#6b6b70,#a0a0a8);--line:light-dark(#e3e3e6,#35353a);
--good:light-dark(#1a7f37,#4ac26b);--bad:light-dark(#c62828,#ff7b72);--idle:light-dark(#9a6700,#d4a72c);--page:light-dark(#fff,#17171a)}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:auto;padding:2rem 1.25rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}p{margin:.3rem 0}
small,th,.soft{color:var(--soft)}code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.good{color:var(--good)}.bad{color:var(--bad)}.idle{color:var(--idle)}
details{border-bottom:1px solid var(--line);padding:.3rem 0}summary{cursor:pointer}pre{overflow:auto;white-space:pre-wrap;font:.8rem/1.45 ui-monospace,monospace}
`

function header({ suite, id, data, digest, started, seconds, verdict }: EvalRun): string {
  return `<h1>${text(suite)}</h1><p>${text(verdict)}</p>
<p class="soft">Run <code>${text(id)}</code>, ${text(started)}, ${seconds.toFixed(1)} s. Data <code>${text(data)}</code>, SHA-256 <code>${text(digest.slice(0, 16))}…</code></p>`
}

function gate({ gate: { met, reasons } }: EvalRun): string {
  const list = reasons.map((reason) => `<li>${text(reason)}</li>`).join('')
  return `<h2>Gate: <span class="${met ? 'good' : 'bad'}">${met ? 'met' : 'not met'}</span></h2>${list === '' ? '' : `<ul>${list}</ul>`}`
}

function metrics(run: EvalRun): string {
  const rows = [...leavesOf(run.metrics)].map(([name, value]) => row([text(name)], [number(value)]))
  return rows.length === 0 ? '' : `<h2>Metrics</h2><table>${rows.join('')}</table>`
}

function trials({ trials: tried }: EvalRun): string {
  if (tried === undefined) return ''
  const { count, pass_rate: rate, pass_hat: hats, unmeasured, unstable } = tried
  const rows = [
    row(['Passed tries'], [number(rate.value), `${number(rate.ci95[0])} – ${number(rate.ci95[1])}`]),
    ...Object.entries(hats).map(([k, interval]) => row([`All of ${k} tries pass (pass^${k})`], [number(interval.mean), between(interval)])),
  ]
  const notes = [
    `${tried.cases.length} cases, ${count} ${count === 1 ? 'trial' : 'trials'}.`,
    unmeasured.length > 0 ? `<span class="idle">Not measured: ${text(unmeasured.join(', '))}.</span>` : '',
    unstable.length > 0 ? `Passed in some trials only: ${text(unstable.join(', '))}.` : '',
  ]
  return `<h2>Cases</h2><p>${notes.join(' ')}</p><table><tr><th>95 % intervals: Wilson, bootstrap over cases</th><th></th><th></th></tr>${rows.join('')}</table>`
}

function comparison({ comparison: compared }: EvalRun): string {
  if (compared === undefined) return ''
  const { baseline, paired, difference, p, better, worse, unpaired } = compared
  const list = (ids: readonly string[]): string => (ids.length === 0 ? 'none' : text(ids.join(', ')))
  return `<h2>Against ${text(baseline)}</h2>
<p>${paired} cases paired${unpaired > 0 ? `, ${unpaired} only in one of the two` : ''}. Difference of the pass rate ${number(difference.mean)}
(${between(difference)}), exact McNemar p = ${number(p)}.</p>
<p><span class="good">Better:</span> ${list(better)}. <span class="bad">Worse:</span> ${list(worse)}.</p>`
}

function cases(run: EvalRun): string {
  const known = new Map(casesOf(run).map((one) => [one.id, one]))
  const tried = run.trials?.cases ?? []
  const given = new Map((run.cases ?? []).map((one) => [idOf(one), one]))
  const rows = tried.map((one) => {
    const why = one.why ?? known.get(one.id)?.why
    return `<details><summary>${mark(one)} <code>${text(one.id)}</code>${why === undefined ? '' : ` <small>${text(why)}</small>`}</summary>
<pre>${text(JSON.stringify(given.get(one.id) ?? {}, null, 1))}</pre></details>`
  })
  return rows.length === 0 ? '' : `<h2>Each case</h2>${rows.join('\n')}`
}

const idOf = (one: unknown): unknown => (typeof one === 'object' && one !== null && 'id' in one ? one.id : undefined)

function mark({ passed, measured }: TriedCase): string {
  if (measured === 0) return '<span class="idle">not measured</span>'
  const word = measured === 1 ? (passed === 1 ? 'passed' : 'failed') : `${passed} of ${measured}`
  return `<span class="${passed === measured ? 'good' : 'bad'}">${word}</span>`
}

const row = (names: readonly string[], values: readonly string[]): string =>
  `<tr>${names.map((name) => `<td>${name}</td>`).join('')}${values.map((value) => `<td class="n">${value}</td>`).join('')}</tr>`

const between = ({ low, high }: Interval): string => `${number(low)} – ${number(high)}`
const number = (value: number): string => String(Number(value.toFixed(4)))

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const text = (value: string): string => value.replace(/[&<>"']/g, (character) => escapes[character] ?? character)
