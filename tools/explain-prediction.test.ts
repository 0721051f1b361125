import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { explainPredictionTool } from './explain-prediction.ts'
import { featureImportanceTool } from './feature-importance.ts'
import { ingestDataTool } from './ingest-data.ts'
import { partialDependenceTool } from './partial-dependence.ts'
import { predictTool } from './predict.ts'
import { registerModelTool } from './register-model.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { trainModelTool } from './train-model.ts'

interface Explained {
  readonly method: string
  readonly space: string
  readonly class?: string
  readonly background?: string
  readonly base: number
  readonly output: number
  readonly prediction: { readonly value: string; readonly probabilities: Record<string, number> }
  readonly contributions: readonly {
    readonly feature: string
    readonly value: unknown
    readonly shap: number
    readonly from: number
    readonly to: number
  }[]
}

interface Important {
  readonly rows?: number
  readonly dataset?: string
  readonly shap?: { readonly method: string; readonly space: string }
  readonly permutation?: { readonly metric: string; readonly score: number }
  readonly features: readonly {
    readonly feature: string
    readonly importance: number
    readonly sd?: number
    readonly points?: readonly { readonly value: unknown; readonly shap: number; readonly shade: number | null }[]
  }[]
}

let millrace: TestMillrace
/** Age decides, and the plan a little; luck does not. */
const record = { age: 61, plan: 'pro', luck: 0.5 }

beforeAll(async () => {
  millrace = await openTestMillrace([
    ...[trainModelTool, ingestDataTool, registerModelTool, predictTool],
    ...[explainPredictionTool, featureImportanceTool, partialDependenceTool],
  ])
  const random = seededRandom(7)
  const lines = Array.from({ length: 400 }, () => {
    const age = Math.round(18 + 60 * random())
    const plan = ['basic', 'plus', 'pro'][Math.floor(3 * random())] ?? ''
    const churned = random() < 1 / (1 + Math.exp(-(age - 45) / 6 - (plan === 'pro' ? 1.5 : -1))) ? 'yes' : 'no'
    return `${age},${plan},${random().toFixed(3)},${churned}`
  })
  const source = join(millrace.folder, 'customers.csv')
  await writeFile(source, ['age,plan,luck,churned', ...lines].join('\n'))
  await millrace.call('ingest_data', { source })
  await register('boosted', 'gradient_boosting')
  await register('line', 'logistic')
  await register('bayes', 'naive_bayes')
})
afterAll(() => millrace.close())

async function register(name: string, algorithm: string): Promise<void> {
  const { run } = await millrace.call<{ run: string }>('train_model', { dataset: 'customers', target: 'churned', algorithm, folds: 2 })
  await millrace.call('register_model', { run, name })
}

const explained = (input: Record<string, unknown>) => millrace.call<Explained>('explain_prediction', { record, ...input })
const important = (input: Record<string, unknown>) => millrace.call<Important>('feature_importance', input)

describe('explain_prediction', () => {
  it.each([
    ['boosted', {}, 'tree_path_dependent', 'log_odds'],
    ['boosted', { background: 'customers' }, 'tree_interventional', 'log_odds'],
    ['boosted', { method: 'kernel' }, 'kernel', 'probability'],
    ['line', {}, 'linear', 'log_odds'],
    ['bayes', {}, 'kernel', 'probability'],
  ])('%s with %j adds up from the base to the answer by %s', async (model, input, method, space) => {
    const { base, output, contributions, prediction, ...rest } = await explained({ model, ...input })
    expect(rest).toMatchObject({ method, space, class: 'yes', ...(method === 'tree_path_dependent' ? {} : { background: 'customers@1' }) })
    expect(contributions.reduce((sum, { shap }) => sum + shap, base)).toBeCloseTo(output, 10)
    const p = prediction.probabilities.yes ?? Number.NaN
    expect(space === 'log_odds' ? 1 / (1 + Math.exp(-output)) : output).toBeCloseTo(p, 10)
    expect(contributions[0]).toMatchObject({ feature: 'age', value: 61, from: base })
    expect(contributions.map(({ to }) => to).at(-1)).toBe(output)
  })

  it('says it in a sentence', async () => {
    const outcome = await millrace.invoke({ tool: 'explain_prediction', input: { model: 'boosted', record }, caller: millrace.owner })
    expect(outcome).toMatchObject({
      content: expect.stringMatching(
        /^'boosted' version 1 predicts yes \(probability 0\.\d+\)\. age 61 raised the log odds of 'yes' by \d/,
      ),
    })
  })

  it('explains the other class by the same numbers turned round', async () => {
    const [yes, no] = [await explained({ model: 'line' }), await explained({ model: 'line', class: 'no' })]
    expect(no.base).toBeCloseTo(-yes.base, 12)
    expect(no.contributions[0]?.shap).toBeCloseTo(-(yes.contributions[0]?.shap ?? 0), 12)
  })

  it('explains an earlier prediction by its id', async () => {
    const { prediction_ids } = await millrace.call<{ prediction_ids: string[] }>('predict', { model: 'boosted', record })
    const earlier = await millrace.call('explain_prediction', { model: 'boosted', prediction_id: prediction_ids[0] })
    expect(earlier).toEqual(await explained({ model: 'boosted' }))
    await expect(millrace.call('explain_prediction', { model: 'line', prediction_id: prediction_ids[0] })).rejects.toThrow(
      /given by 'boosted', not by 'line'/,
    )
  })

  it.each([
    [{ model: 'none' }, /No model is called 'none'/],
    [{ model: 'line', method: 'tree' }, /'tree' does not fit a logistic model\. Use linear, kernel or auto/],
    [{ model: 'line', class: 'maybe' }, /no class 'maybe'.*'no', 'yes'/],
    [{ model: 'line', record: { age: 61 } }, /'plan' is missing/],
    [{ model: 'line', background: 'nothing' }, /nothing/],
    [{ model: 'line', prediction_id: 'prediction_x' }, /either record or prediction_id/],
    [{ model: 'line', record: undefined, prediction_id: 'prediction_x' }, /no prediction 'prediction_x'/],
  ])('says what is wrong with %j', async (input, words) => {
    await expect(explained(input)).rejects.toThrow(words)
  })

  it('is not open to other workspaces', async () => {
    const { prediction_ids } = await millrace.call<{ prediction_ids: string[] }>('predict', { model: 'boosted', record })
    const caller = { ...millrace.owner, workspace: 'other' }
    const input = { model: 'boosted', prediction_id: prediction_ids[0] }
    await expect(millrace.invoke({ tool: 'explain_prediction', input, caller })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('feature_importance', () => {
  it.each([
    ['boosted', 'shap'],
    ['bayes', 'shap'],
    ['line', 'permutation'],
  ])('ranks what decides %s first, by %s', async (model, method) => {
    const { features } = await important({ model, method, rows: 60 })
    expect(features.map(({ feature }) => feature).toSorted()).toEqual(['age', 'luck', 'plan'])
    expect(features[0]?.feature).toBe('age')
    expect(features[0]?.importance).toBeGreaterThan(0)
  })

  it('says how it measured', async () => {
    expect(await important({ model: 'boosted' })).toMatchObject({
      dataset: 'customers@1',
      rows: 400,
      shap: { method: 'tree_path_dependent', space: 'log_odds', class: 'yes' },
    })
    const shuffled = await important({ model: 'boosted', method: 'permutation', metric: 'accuracy', repeats: 3 })
    expect(shuffled).toMatchObject({ permutation: { metric: 'accuracy', repeats: 3 }, features: [{ sd: expect.any(Number) }, {}, {}] })
  })

  it('gives points to draw, shaded by the size of the value', async () => {
    const { features } = await important({ model: 'boosted', points: 40 })
    const age = features[0]?.points ?? []
    expect(age).toHaveLength(40)
    expect(age.map(({ shade }) => shade)).toEqual(expect.arrayContaining([0, 1]))
    expect(features.find(({ feature }) => feature === 'plan')?.points?.[0]).toMatchObject({ value: expect.any(String), shade: null })
  })

  it('counts the gain of splits for trees', async () => {
    const { features } = await important({ model: 'boosted', method: 'gain' })
    expect(features.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 12)
    expect(features[0]).toMatchObject({ feature: 'age', splits: expect.any(Number) })
  })
})

interface Dependent {
  readonly axes: readonly { readonly feature: string; readonly values: readonly (string | number)[] }[]
  readonly mean: readonly number[] | readonly (readonly number[])[]
  readonly lines: readonly (readonly number[])[]
  readonly least: number
  readonly most: number
}

describe('partial_dependence', () => {
  const dependent = (input: Record<string, unknown>) => millrace.call<Dependent>('partial_dependence', { model: 'line', ...input })

  it('rises with what raises the answer, line by line', async () => {
    const { axes, mean, lines, least, most } = await dependent({ features: ['age'], grid: 8, lines: 5 })
    expect(axes[0]?.values).toHaveLength(8)
    for (const line of [mean.flat(), ...lines]) expect(line).toEqual(line.toSorted((a, b) => a - b))
    expect(lines).toHaveLength(5)
    expect(Math.min(...mean.flat(), ...lines.flat())).toBe(least)
    expect(Math.max(...mean.flat(), ...lines.flat())).toBe(most)
  })

  it('takes two columns together', async () => {
    const { axes, mean } = await dependent({ features: ['plan', 'age'], grid: 4 })
    expect(axes.map(({ values }) => values.length)).toEqual([3, 4])
    expect(mean.map((line) => [line].flat().length)).toEqual([4, 4, 4])
  })

  it('refuses a column the model does not read', async () => {
    await expect(dependent({ features: ['wealth'] })).rejects.toThrow(/no column 'wealth'.*'age', 'plan', 'luck'/)
  })
})
