/** Any tool's result, drawn block by block according to its shape. */
import { type JSX, useMemo } from 'react'
import { Markdown } from '../chat/markdown.tsx'
import { brief, byHeadline, byOrder, label } from '../format.ts'
import { Icon } from '../frame/icon.tsx'
import { PassageCard } from '../passages/passage-card.tsx'
import { BarList, Curve, Heat, Histogram, Matrix } from './charts.tsx'
import type { ColumnProfile } from './column-profile.ts'
import { Images, Lines, SwarmChart } from './picture-charts.tsx'
import { type Block, shapeOf } from './shape.ts'
import { Table, Verdict } from './table.tsx'
import { headlines, Tiles } from './tiles.tsx'

interface Props {
  readonly data: unknown
  /** In a conversation, lists begin short. */
  readonly compact?: boolean
  /** Where passages come from when they do not say. */
  readonly collection?: string | undefined
}

export function Result({ data, compact = false, collection }: Props): JSX.Element | null {
  const { shown, folded } = useMemo(() => arranged(shapeOf(data), compact), [data, compact])
  if (shown.length === 0) return null
  const views = (blocks: readonly Block[]): readonly JSX.Element[] =>
    blocks.map((block, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of one result never change places.
      <BlockView key={index} block={block} compact={compact} collection={collection} />
    ))
  return (
    <div className="result">
      {views(shown)}
      {folded.length > 0 && (
        <details className="more">
          <summary>
            <Icon name="down" size={13} />
            {folded.map((block) => ('title' in block ? label(block.title) : 'More')).join(', ')}
          </summary>
          <div className="result folded">{views(folded)}</div>
        </details>
      )}
    </div>
  )
}

interface Arranged {
  readonly shown: readonly Block[]
  readonly folded: readonly Block[]
}

/**
 * Measures before details. In a conversation the details of a measured result are folded, and of a cited answer only
 * the passages are shown, because its words are said below.
 */
function arranged(blocks: readonly Block[], compact: boolean): Arranged {
  const tiles = blocks.filter((block) => block.kind === 'tiles')
  const [first] = tiles
  if (!compact) return { shown: [...tiles, ...blocks.filter((block) => block.kind !== 'tiles')], folded: [] }
  if (blocks.some(({ kind }) => kind === 'passages'))
    return { shown: blocks.filter(({ kind }) => kind === 'passages' || kind === 'notes'), folded: [] }
  if (first === undefined) return { shown: blocks, folded: [] }
  const headline: Block = {
    ...first,
    tiles: byHeadline(
      first.tiles.map((tile) => [tile.name, tile] as const),
      first.lead,
    )
      .slice(0, headlines)
      .map(([, tile]) => tile),
  }
  const brief = blocks.filter(({ kind }) => kind === 'values' || kind === 'notes')
  const rest = blocks.filter((block) => !brief.includes(block) && (block !== first || first.tiles.length > headlines))
  return { shown: [headline, ...brief], folded: rest }
}

function BlockView({
  block,
  compact,
  collection,
}: {
  readonly block: Block
  readonly compact: boolean
  readonly collection: string | undefined
}): JSX.Element {
  const name = 'title' in block ? label(block.title) : ''
  if (block.kind === 'section' && block.folded)
    return (
      <details className="more block">
        <summary>
          <Icon name="down" size={13} />
          {name}
        </summary>
        <Body block={block} compact={compact} collection={collection} />
      </details>
    )
  const title = name === '' ? null : <h4 className="block-title">{name}</h4>
  return (
    <section className="block" data-kind={block.kind}>
      {title}
      <Body block={block} compact={compact} collection={collection} />
    </section>
  )
}

function Body({
  block,
  compact,
  collection,
}: {
  readonly block: Block
  readonly compact: boolean
  readonly collection: string | undefined
}): JSX.Element {
  switch (block.kind) {
    case 'prose':
      return <Markdown text={block.text} />
    case 'values':
      return <Values entries={block.entries} />
    case 'tiles':
      return <Tiles tiles={block.tiles} lead={block.lead} />
    case 'table':
      return <Table columns={block.columns} rows={block.rows} folded={block.folded} first={compact ? 8 : 50} />
    case 'passages':
      return (
        <ol className="passages">
          {block.passages.map((passage, index) => (
            <li key={`${passage.document} ${passage.chunk} ${passage.text.slice(0, 40)}`}>
              <PassageCard passage={{ ...passage, collection: passage.collection ?? collection }} place={index + 1} />
            </li>
          ))}
        </ol>
      )
    case 'columns':
      return <Columns columns={block.columns} />
    case 'notes':
      return (
        <ul className="notes">
          {block.notes.map((note) => (
            <li key={note}>
              <Icon name="warning" size={15} />
              <span>{note}</span>
            </li>
          ))}
        </ul>
      )
    case 'matrix':
      return <Matrix labels={block.labels} cells={block.cells} />
    case 'curve':
      return <Curve x={block.x} y={block.y} points={block.points} diagonal={block.diagonal} />
    case 'heat':
      return <Heat down={block.down} across={block.across} cells={block.cells} />
    case 'bars':
      return <BarList bars={block.bars} />
    case 'lines':
      return <Lines x={block.x} series={block.series} faint={block.faint} />
    case 'swarm':
      return <SwarmChart rows={block.rows} />
    case 'images':
      return <Images images={block.images} />
    case 'section':
      return (
        <div className="result nested">
          {block.blocks.map((inner, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <BlockView key={index} block={inner} compact={compact} collection={collection} />
          ))}
        </div>
      )
  }
}

export function Values({ entries }: { readonly entries: readonly (readonly [string, unknown])[] }): JSX.Element {
  const short = entries.length <= 12 && entries.every(([, value]) => brief(value).length <= 28)
  return (
    <dl className={short ? 'facts' : 'values'}>
      {byOrder(entries).map(([key, value]) => (
        <div key={key}>
          <dt>{label(key)}</dt>
          <dd>{typeof value === 'boolean' ? <Verdict name={key} value={value} /> : brief(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** One card a column of a profiled dataset. */
function Columns({ columns }: { readonly columns: readonly ColumnProfile[] }): JSX.Element {
  return (
    <ul className="columns">
      {columns.map((column) => (
        <li key={column.name} className="column">
          <div className="column-head">
            <strong title={column.name}>{column.name}</strong>
            {column.type !== undefined && <span className="muted small">{column.type}</span>}
          </div>
          {column.bars.length > 0 ? <Histogram bars={column.bars} name={column.name} /> : <div className="histogram" />}
          <dl className="column-facts">
            {column.facts.slice(0, 6).map(([key, value]) => (
              <div key={key}>
                <dt>{label(key)}</dt>
                <dd title={brief(value)}>{brief(value)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  )
}
