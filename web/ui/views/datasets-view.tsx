/** Datasets: what is here, and each one's columns at a glance. */
import type { JSX } from 'react'
import { Drawer } from '../frame/drawer.tsx'
import { textAt } from '../json.ts'
import { go, hrefOf } from '../router.ts'
import { Detail } from './detail.tsx'
import { Page } from './page.tsx'
import { ToolList } from './tool-list.tsx'

export function DatasetsView({ item }: { readonly item: string | undefined }): JSX.Element {
  return (
    <Page
      title="Datasets"
      about="Versioned tables, never changed once written."
      actions={
        <>
          <a className="button" href={hrefOf('tools', 'query_data')}>
            Query with SQL
          </a>
          <a className="button primary" href={hrefOf('tools', 'ingest_data')}>
            Load data
          </a>
        </>
      }
    >
      <ToolList
        tool="list_datasets"
        list="datasets"
        hrefOf={(row) => {
          const name = textAt(row, 'name')
          return name === undefined ? undefined : hrefOf('datasets', name)
        }}
        empty={
          <>
            <h2>No datasets yet</h2>
            <p className="muted">Load a CSV, Parquet or JSON file from this machine, or a URL.</p>
            <a className="button primary" href={hrefOf('tools', 'ingest_data')}>
              Load data
            </a>
          </>
        }
      />
      {item !== undefined && (
        <Drawer title={item} subtitle="Dataset" onClose={() => go(hrefOf('datasets'))}>
          <div className="actions">
            <a className="button primary" href={hrefOf('tools', 'train_model', { dataset: item })}>
              Train a model
            </a>
            <a className="button" href={hrefOf('tools', 'validate_data', { dataset: item })}>
              Validate
            </a>
            <a className="button" href={hrefOf('tools', 'check_drift', { dataset: item })}>
              Check drift
            </a>
            <a className="button" href={hrefOf('tools', 'export_data', { dataset: item })}>
              Export
            </a>
          </div>
          <Detail title="Profile" tool="profile_data" input={{ dataset: item }} />
        </Drawer>
      )}
    </Page>
  )
}
