import { stat, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { signingKey } from './signing-key.ts'

it('the key is made once, whoever asks first, for its owner only', async () => {
  const folder = await temporaryFolder()
  const file = `${folder.path}/home/key.json`
  const keys = await Promise.all(Array.from({ length: 5 }, () => signingKey(file)))
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
  expect((await signingKey(file)).kid).toBe(keys[0]?.kid)
  expect(keys[0]?.publicKey).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: keys[0]?.kid })
  expect(keys[0]?.publicKey).not.toHaveProperty('d')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await writeFile(file, '{"kty":"oct"}')
  await expect(signingKey(file)).rejects.toThrow('Delete it')
  await folder.remove()
})
