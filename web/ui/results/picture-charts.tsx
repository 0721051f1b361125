/** Draws what pictures.ts finds, as plain SVG. */
import type { JSX } from 'react'
import { label, number } from '../format.ts'
import type { Grid, Series, Swarm } from './pictures.ts'
import type { Point } from './shape.ts'

const [width, height] = [320, 150]

interface Scale {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

function scaleOf(all: readonly Point[]): Scale {
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)]
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) }
}

const path = (points: readonly Point[], { left, right, bottom, top }: Scale): string =>
  points
    .map(([x, y]) => `${(width * (x - left)) / (right - left || 1)},${height - (height * (y - bottom)) / (top - bottom || 1)}`)
    .join(' ')

/** Lines over one axis; faint ones lie behind, for the spread. */
export function Lines({
  x,
  series,
  faint,
}: {
  readonly x: string
  readonly series: readonly Series[]
  readonly faint: readonly (readonly Point[])[]
}): JSX.Element {
  const scale = scaleOf([...series.flatMap(({ points }) => points), ...faint.flat()])
  const words = series.map(({ name, points }) => `${label(name)} from ${number(points[0]?.[1] ?? 0)} to ${number(points.at(-1)?.[1] ?? 0)}`)
  return (
    <figure className="lines">
      <div className="lines-plot">
        <span className="lines-scale">
          <span>{number(scale.top)}</span>
          <span>{number(scale.bottom)}</span>
        </span>
        <svg viewBox={`-1 -1 ${width + 2} ${height + 2}`} role="img" aria-label={`By ${label(x)}: ${words.join('; ')}`}>
          <path d={`M0 0V${height}H${width}`} className="axis" />
          {faint.map((points, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change places.
            <polyline key={index} className="faint" points={path(points, scale)} />
          ))}
          {series.map(({ name, points }, index) => (
            <polyline key={name} data-series={index % 4} points={path(points, scale)} />
          ))}
        </svg>
      </div>
      <figcaption>
        <span>{number(scale.left)}</span>
        <span>{label(x)}</span>
        <span>{number(scale.right)}</span>
      </figcaption>
      {(series.length > 1 || faint.length > 0) && (
        <ul className="legend">
          {series.map(({ name }, index) => (
            <li key={name} data-series={index % 4}>
              {label(name)}
            </li>
          ))}
          {faint.length > 0 && <li data-series="faint">Single rows</li>}
        </ul>
      )}
    </figure>
  )
}

const swarmHeight = 22

/** One strip a column; points that would cover each other are set apart, and their shade is their own value. */
export function SwarmChart({ rows }: { readonly rows: readonly Swarm[] }): JSX.Element {
  const most = Math.max(...rows.flatMap(({ points }) => points.map(({ x }) => Math.abs(x))), Number.MIN_VALUE)
  return (
    <figure className="swarm">
      <ul>
        {rows.map(({ label: name, points }) => (
          <li key={name}>
            <span className="bar-label" title={name}>
              {name}
            </span>
            <svg
              viewBox={`0 0 ${width} ${swarmHeight}`}
              role="img"
              aria-label={`${name}: ${points.length} contributions from ${number(Math.min(...points.map(({ x }) => x)))} to ${number(Math.max(...points.map(({ x }) => x)))}`}
            >
              <path d={`M${width / 2} 0V${swarmHeight}`} className="axis" />
              {placed(points, most).map(({ x, y, shade }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the points never change places.
                <circle key={index} cx={x} cy={y} r={1.8} data-shade={shade === null ? 'none' : Math.round(4 * shade)} />
              ))}
            </svg>
          </li>
        ))}
      </ul>
      <figcaption className="small muted">
        Left lowers the answer, right raises it; pale is a small value of the column, deep a large one.
      </figcaption>
    </figure>
  )
}

function placed(
  points: Swarm['points'],
  most: number,
): readonly { readonly x: number; readonly y: number; readonly shade: number | null }[] {
  const taken = new Map<number, number>()
  return points.map(({ x, shade }) => {
    const at = width / 2 + (0.48 * width * x) / most
    const column = Math.round(at / 3)
    const before = taken.get(column) ?? 0
    taken.set(column, before + 1)
    const step = Math.min(Math.ceil(before / 2), 4) * 2.4
    return { x: at, y: swarmHeight / 2 + (before % 2 === 0 ? step : -step), shade }
  })
}

/** Small grey pictures side by side: filters, feature maps. */
export function Images({ images }: { readonly images: readonly Grid[] }): JSX.Element {
  return (
    <ul className="images">
      {images.slice(0, 64).map(({ name, cells }) => (
        <li key={name}>
          <svg
            viewBox={`0 0 ${cells[0]?.length ?? 1} ${cells.length}`}
            role="img"
            aria-label={`${name}, ${cells[0]?.length ?? 0} by ${cells.length}`}
            shapeRendering="crispEdges"
          >
            {cells.flatMap((row, y) =>
              row.map((cell, x) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place.
                <rect key={`${x} ${y}`} x={x} y={y} width={1} height={1} fillOpacity={Math.min(1, Math.max(0, cell))} />
              )),
            )}
          </svg>
          {images.length > 1 && <span className="small muted">{name}</span>}
        </li>
      ))}
    </ul>
  )
}
