/** The tools of this installation. A new one is a file beside this one and a line here. */
import { Fault } from '../platform/fault.ts'
import { nearest } from '../platform/nearest.ts'
import { addDocumentsTool } from './add-documents.ts'
import { askDocumentsTool } from './ask-documents.ts'
import { auditLogTool } from './audit-log.ts'
import { batchPredictTool } from './batch-predict.ts'
import { checkDriftTool } from './check-drift.ts'
import { compareRunsTool } from './compare-runs.ts'
import { deleteDocumentsTool } from './delete-documents.ts'
import { deleteModelTool } from './delete-model.ts'
import { deployModelTool } from './deploy-model.ts'
import { deploymentStatusTool } from './deployment-status.ts'
import { embedTextsTool } from './embed-texts.ts'
import { evaluateModelTool } from './evaluate-model.ts'
import { explainPredictionTool } from './explain-prediction.ts'
import { exportCollectionTool } from './export-collection.ts'
import { exportDataTool } from './export-data.ts'
import { exportModelTool } from './export-model.ts'
import { fairnessReportTool } from './fairness-report.ts'
import { featureImportanceTool } from './feature-importance.ts'
import { getDocumentTool } from './get-document.ts'
import { getLineageTool } from './get-lineage.ts'
import { importCollectionTool } from './import-collection.ts'
import { importModelTool } from './import-model.ts'
import { ingestDataTool } from './ingest-data.ts'
import { ingestDocumentsTool } from './ingest-documents.ts'
import { inspectNetworkTool } from './inspect-network.ts'
import type { OpenCatalogue } from './invocation.ts'
import { listCollectionsTool } from './list-collections.ts'
import { listDatasetsTool } from './list-datasets.ts'
import { listDocumentsTool } from './list-documents.ts'
import { listFeedbackTool } from './list-feedback.ts'
import { listMcpServersTool } from './list-mcp-servers.ts'
import { listModelsTool } from './list-models.ts'
import { listPipelinesTool } from './list-pipelines.ts'
import { listRunsTool } from './list-runs.ts'
import { partialDependenceTool } from './partial-dependence.ts'
import { pipelineStatusTool } from './pipeline-status.ts'
import { predictTool } from './predict.ts'
import { prepareDataTool } from './prepare-data.ts'
import { profileDataTool } from './profile-data.ts'
import { promoteModelTool } from './promote-model.ts'
import { queryDataTool } from './query-data.ts'
import { recommendItemsTool } from './recommend-items.ts'
import { recordFeedbackTool } from './record-feedback.ts'
import { recordOutcomeTool } from './record-outcome.ts'
import { registerModelTool } from './register-model.ts'
import { reindexCollectionTool } from './reindex-collection.ts'
import { reproduceRunTool } from './reproduce-run.ts'
import { resumeAgentsTool } from './resume-agents.ts'
import { retrainModelTool } from './retrain-model.ts'
import { rollbackModelTool } from './rollback-model.ts'
import { runEvalTool } from './run-eval.ts'
import { runPipelineTool } from './run-pipeline.ts'
import { savePipelineTool } from './save-pipeline.ts'
import { schedulePipelineTool } from './schedule-pipeline.ts'
import { searchCatalogTool } from './search-catalog.ts'
import { searchDocumentsTool } from './search-documents.ts'
import { setDocumentReadersTool } from './set-document-readers.ts'
import { setTrafficTool } from './set-traffic.ts'
import { splitDataTool } from './split-data.ts'
import { stopAgentsTool } from './stop-agents.ts'
import type { Tool } from './tool.ts'
import { trainModelTool } from './train-model.ts'
import { trustMcpServerTool } from './trust-mcp-server.ts'
import { tuneModelTool } from './tune-model.ts'
import { tuneSearchTool } from './tune-search.ts'
import { validateDataTool } from './validate-data.ts'
import { verifyAuditTool } from './verify-audit.ts'

export const allTools: readonly Tool[] = [
  addDocumentsTool,
  askDocumentsTool,
  auditLogTool,
  batchPredictTool,
  checkDriftTool,
  compareRunsTool,
  deleteDocumentsTool,
  deleteModelTool,
  deployModelTool,
  deploymentStatusTool,
  embedTextsTool,
  evaluateModelTool,
  exportCollectionTool,
  exportDataTool,
  fairnessReportTool,
  explainPredictionTool,
  featureImportanceTool,
  getDocumentTool,
  getLineageTool,
  importCollectionTool,
  ingestDataTool,
  ingestDocumentsTool,
  inspectNetworkTool,
  listCollectionsTool,
  listDatasetsTool,
  listDocumentsTool,
  listFeedbackTool,
  listMcpServersTool,
  listModelsTool,
  listPipelinesTool,
  listRunsTool,
  partialDependenceTool,
  pipelineStatusTool,
  predictTool,
  prepareDataTool,
  profileDataTool,
  promoteModelTool,
  queryDataTool,
  recommendItemsTool,
  recordFeedbackTool,
  recordOutcomeTool,
  registerModelTool,
  importModelTool,
  exportModelTool,
  reindexCollectionTool,
  reproduceRunTool,
  resumeAgentsTool,
  retrainModelTool,
  rollbackModelTool,
  runEvalTool,
  runPipelineTool,
  savePipelineTool,
  schedulePipelineTool,
  searchCatalogTool,
  searchDocumentsTool,
  setDocumentReadersTool,
  setTrafficTool,
  splitDataTool,
  stopAgentsTool,
  trainModelTool,
  trustMcpServerTool,
  tuneModelTool,
  tuneSearchTool,
  validateDataTool,
  verifyAuditTool,
]

/** Throws when two tools share a name. */
export function createCatalogue(tools: readonly Tool[] = allTools): OpenCatalogue {
  const bySource = new Map<string, readonly Tool[]>([['', tools]])
  let revision = 0
  let byName = byNameOf(tools)
  let sorted = sortedOf(byName)
  return {
    get revision() {
      return revision
    },
    list: () => sorted,
    get: (name) => {
      const tool = byName.get(name) ?? byName.get(name.replaceAll('-', '_'))
      if (tool) return tool
      const near = nearest(name.replaceAll('-', '_'), [...byName.keys()])
      const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'List the tools with GET /api/tools or millrace --help.'
      throw new Fault('not_found', `There is no tool '${name.slice(0, 80)}'. ${hint}`)
    },
    join: (source, joining) => {
      const next = new Map(bySource).set(source, joining)
      byName = byNameOf([...next.values()].flat())
      sorted = sortedOf(byName)
      bySource.set(source, joining)
      revision += 1
    },
  }
}

function byNameOf(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const byName = new Map<string, Tool>()
  for (const tool of tools) {
    if (byName.has(tool.name)) throw new Fault('conflict', `Two tools are called '${tool.name}'. Give one another name.`)
    byName.set(tool.name, tool)
  }
  return byName
}

const sortedOf = (byName: ReadonlyMap<string, Tool>): readonly Tool[] =>
  [...byName.values()].sort((left, right) => left.name.localeCompare(right.name))
