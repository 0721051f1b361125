/** Measures as tiles: the ones people ask for first, the others behind a press. */
import type { JSX } from 'react'
import { byHeadline, label, number } from '../format.ts'
import { Icon } from '../frame/icon.tsx'
import type { Tile } from './shape.ts'

/** How many measures are seen at once. */
export const headlines = 5

/** Measures that end at 1, drawn with how much of it they reach. */
const shares =
  /^(accuracy|balanced_accuracy|precision|recall|f1.*|roc_auc|pr_auc|auc|r2|ndcg.*|mrr.*|map@.*|hit_rate.*|recall@.*|.*_rate|contains|exact_?match)$/

export function Tiles({ tiles, lead }: { readonly tiles: readonly Tile[]; readonly lead: string | undefined }): JSX.Element {
  const sorted = byHeadline(
    tiles.map((tile) => [tile.name, tile] as const),
    lead,
  ).map(([, tile]) => tile)
  const seen = sorted.length > headlines + 3 ? headlines : sorted.length
  const rest = sorted.slice(seen)
  return (
    <>
      <TileList tiles={sorted.slice(0, seen)} />
      {rest.length > 0 && (
        <details className="more">
          <summary>
            <Icon name="down" size={13} />
            {rest.length} more measures
          </summary>
          <TileList tiles={rest} />
        </details>
      )}
    </>
  )
}

function TileList({ tiles }: { readonly tiles: readonly Tile[] }): JSX.Element {
  return (
    <dl className="tiles">
      {tiles.map(({ name, value, baseline, interval }) => (
        <div key={name} className="tile">
          <dt>{label(name)}</dt>
          <dd>{value === null ? '–' : number(value)}</dd>
          {value !== null && shares.test(name) && value >= 0 && value <= 1 && (
            <span className="meter" aria-hidden="true">
              <span style={{ inlineSize: `${100 * value}%` }} />
            </span>
          )}
          {interval !== undefined && (
            <p className="baseline" title="95 % interval">
              {number(interval[0])} to {number(interval[1])}
            </p>
          )}
          {baseline !== undefined && <p className="baseline">baseline {number(baseline)}</p>}
        </div>
      ))}
    </dl>
  )
}
