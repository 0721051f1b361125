import { describe, expect, it } from 'vitest'
import { chooseRoute, type Plan, planDeployment, planTraffic } from './routes.ts'

const full: Plan = { strategy: 'full', routes: [{ version: 1, percent: 100, role: 'live' }] }
const canary = (percent: number): Plan => planDeployment(full, { model: 'm', version: 2, strategy: 'canary', percent })
const shareOf = (plan: Plan, version: number, keys = 20_000): number => {
  let hits = 0
  for (let key = 0; key < keys; key++) if (chooseRoute(plan.routes, { model: 'm', key: `k${key}` })?.answer.version === version) hits++
  return hits / keys
}

describe('routes', () => {
  it('gives a version its share of traffic', () => {
    for (const percent of [1, 10, 50, 90]) {
      const share = shareOf(canary(percent), 2)
      // Four standard errors of a binomial share.
      expect(Math.abs(share - percent / 100)).toBeLessThan(4 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / 20_000))
    }
  })

  it('sends the same key the same way, and whoever is in a canary stays in it when it grows', () => {
    const small = canary(10)
    const large = planTraffic(small, { model: 'm', percent: 40 })
    for (let key = 0; key < 2000; key++) {
      const before = chooseRoute(small.routes, { model: 'm', key: `k${key}` })?.answer.version
      expect(chooseRoute(small.routes, { model: 'm', key: `k${key}` })?.answer.version).toBe(before)
      if (before === 2) expect(chooseRoute(large.routes, { model: 'm', key: `k${key}` })?.answer.version).toBe(2)
    }
  })

  it('splits two models independently', () => {
    const { routes } = planDeployment(full, { model: 'm', version: 2, strategy: 'ab' })
    let both = 0
    for (let key = 0; key < 10_000; key++) {
      const one = chooseRoute(routes, { model: 'm', key: `k${key}` })?.answer.version
      if (one === chooseRoute(routes, { model: 'n', key: `k${key}` })?.answer.version) both++
    }
    expect(Math.abs(both / 10_000 - 0.5)).toBeLessThan(0.02)
  })

  it('always answers from the live version and asks a shadow for its share', () => {
    const { routes } = planDeployment(full, { model: 'm', version: 2, strategy: 'shadow', percent: 30 })
    let shadowed = 0
    for (let key = 0; key < 10_000; key++) {
      const choice = chooseRoute(routes, { model: 'm', key: `k${key}` })
      expect(choice?.answer.version).toBe(1)
      shadowed += choice?.shadows.length ?? 0
    }
    expect(Math.abs(shadowed / 10_000 - 0.3)).toBeLessThan(0.02)
  })

  it('needs a live version for everything but full', () => {
    expect(() => planDeployment(undefined, { model: 'm', version: 1, strategy: 'canary' })).toThrow(/strategy: full/)
    expect(() => planDeployment(full, { model: 'm', version: 1, strategy: 'ab' })).toThrow(/is the live one already/)
    expect(planDeployment(undefined, { model: 'm', version: 1, strategy: 'full' })).toEqual(full)
  })

  it('makes a version live at 100 percent and takes it out at 0', () => {
    expect(planTraffic(canary(10), { model: 'm', percent: 100 }).routes).toEqual([{ version: 2, percent: 100, role: 'live' }])
    expect(planTraffic(canary(10), { model: 'm', percent: 0 }).routes).toEqual([{ version: 1, percent: 100, role: 'live' }])
    expect(planTraffic(canary(10), { model: 'm', percent: 70, version: 1 }).routes).toEqual([
      { version: 1, percent: 70, role: 'live' },
      { version: 2, percent: 30, role: 'canary' },
    ])
  })

  it('names the versions in service when asked for another', () => {
    expect(() => planTraffic(canary(10), { model: 'm', percent: 5, version: 7 })).toThrow(/Version 7 .* not in service; versions 1, 2 are/)
    expect(() => planTraffic(full, { model: 'm', percent: 5 })).toThrow(/one version in service/)
  })

  it('shares add up to 100 percent whatever is done', () => {
    let plan = canary(10)
    for (const percent of [20, 55.5, 1, 99]) {
      plan = planTraffic(plan, { model: 'm', percent })
      expect(plan.routes.reduce((sum, route) => sum + route.percent, 0)).toBeCloseTo(100, 10)
    }
  })
})
