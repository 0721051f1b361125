/** Small charts drawn as plain SVG: bars of a histogram, pushes of a prediction, a curve, a confusion matrix. */
import type { JSX } from 'react'
import { label, number } from '../format.ts'
import type { Bar } from './column-profile.ts'
import type { Point } from './shape.ts'

declare module 'react' {
  interface CSSProperties {
    /** How deep a cell is coloured: its share of its row, or of the way from the smallest number to the largest. */
    '--heat'?: string
  }
}

/** Counts side by side, for a column at a glance. The words carry the same numbers for who cannot see them. */
export function Histogram({ bars, name }: { readonly bars: readonly Bar[]; readonly name: string }): JSX.Element {
  const most = Math.max(...bars.map((bar) => bar.value), 1)
  const width = 100 / Math.max(bars.length, 1)
  return (
    <svg
      className="histogram"
      viewBox="0 0 100 28"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${name}: ${bars.map(words).join('; ')}`}
    >
      {bars.map((bar, index) => {
        const height = bar.value === 0 ? 0 : Math.max(1, (26 * bar.value) / most)
        return (
          <rect key={bar.label} x={index * width + width * 0.06} y={28 - height} width={width * 0.88} height={height}>
            <title>{words(bar)}</title>
          </rect>
        )
      })}
    </svg>
  )
}

function words(bar: Bar): string {
  return `${bar.label}: ${number(bar.value)}`
}

/** Signed lengths from a middle line, or from the left when none is negative. */
export function BarList({ bars }: { readonly bars: readonly Bar[] }): JSX.Element {
  const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), Number.MIN_VALUE)
  const signed = bars.some((bar) => bar.value < 0)
  return (
    <ul className="bar-list" data-signed={signed}>
      {bars.slice(0, 20).map((bar, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two bars may have the same label.
        <li key={index}>
          <span className="bar-label" title={bar.label}>
            {bar.label}
          </span>
          <span className="bar-track">
            <span
              className={bar.value < 0 ? 'bar negative' : 'bar'}
              style={{ inlineSize: `${((signed ? 50 : 100) * Math.abs(bar.value)) / most}%` }}
            />
          </span>
          <span className="bar-value">{number(bar.value)}</span>
        </li>
      ))}
    </ul>
  )
}

/** A line through points, its axes at the range of the values; within [0, 1] the whole unit square is shown. */
export function Curve({
  x,
  y,
  points,
  diagonal = false,
}: {
  readonly x: string
  readonly y: string
  readonly points: readonly Point[]
  readonly diagonal?: boolean | undefined
}): JSX.Element {
  const [left, right] = range(points.map(([px]) => px))
  const [bottom, top] = range(points.map(([, py]) => py))
  const path = points
    .map(([px, py]) => `${(200 * (px - left)) / (right - left || 1)},${120 - (120 * (py - bottom)) / (top - bottom || 1)}`)
    .join(' ')
  return (
    <figure className="curve">
      <svg viewBox="-1 -1 202 122" role="img" aria-label={`${label(y)} by ${label(x)}, ${points.length} points`}>
        <path d="M0 0V120H200" className="axis" />
        {diagonal && <path d="M0 120L200 0" className="diagonal" />}
        <polyline points={path} />
      </svg>
      <figcaption>
        <span>{number(left)}</span>
        <span>
          {label(y)} by {label(x)}
        </span>
        <span>{number(right)}</span>
      </figcaption>
    </figure>
  )
}

function range(values: readonly number[]): readonly [number, number] {
  const low = Math.min(...values)
  const high = Math.max(...values)
  return low >= 0 && high <= 1 ? [0, 1] : [low, high]
}

/** A number for each pair of values: the deeper the colour, the larger the number. Wide ones leave the numbers to the pointer. */
export function Heat({
  down,
  across,
  cells,
}: {
  readonly down: readonly string[]
  readonly across: readonly string[]
  readonly cells: readonly (readonly number[])[]
}): JSX.Element {
  const all = cells.flat()
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const written = across.length <= 8
  return (
    <div className="table-scroll heat-frame">
      <table className="heat-map">
        <thead>
          <tr>
            <td />
            {across.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((row, index) => (
            <tr key={down[index]}>
              <th scope="row">{down[index]}</th>
              {row.map((cell, place) => (
                <td
                  key={across[place]}
                  className="heat"
                  title={`${down[index]}, ${across[place]}: ${number(cell)}`}
                  style={{ '--heat': `${Math.round((100 * (cell - low)) / (high - low || 1))}%` }}
                >
                  {written ? Number(cell.toPrecision(3)) : <span className="sr-only">{number(cell)}</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** True classes down, predicted classes across; the deeper the colour, the larger the share of its row. */
export function Matrix({
  labels,
  cells,
}: {
  readonly labels: readonly string[]
  readonly cells: readonly (readonly number[])[]
}): JSX.Element {
  return (
    <figure className="matrix-frame">
      <div className="table-scroll">
        <table className="matrix">
          <thead>
            <tr>
              <td />
              {labels.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cells.map((row, index) => {
              const sum = row.reduce((total, cell) => total + cell, 0)
              return (
                <tr key={labels[index]}>
                  <th scope="row">{labels[index]}</th>
                  {row.map((cell, place) => (
                    <td key={labels[place]} className="heat" style={{ '--heat': `${Math.round((100 * cell) / (sum || 1))}%` }}>
                      {number(cell)}
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <figcaption className="small muted">True class down, predicted class across</figcaption>
    </figure>
  )
}
