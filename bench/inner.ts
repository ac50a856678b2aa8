/** Pieces that the package does not export, built as it is, so that each can be measured by itself. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const PIECES = [
  'chain/chain',
  'chain/place',
  'chain/template',
  'pipeline/build',
  'pipeline/endpoint',
  'catalog/lookup',
  'protocols/v3/signer',
] as const

const root = join(import.meta.dirname, '..')
/** Within the folder that has the dependencies in it. */
const dir = join(root, 'node_modules/.cache/bench')

const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(PIECES.map((piece) => [piece, `lib/${piece}.ts`])),
  platform: 'node',
  external: /^[a-z@]/,
})
await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' })

const load = async <Module>(piece: (typeof PIECES)[number]): Promise<Module> =>
  (await import(pathToFileURL(join(dir, `${piece}.mjs`)).href)) as Module

export const { createChain } = await load<typeof import('../lib/chain/chain.js')>('chain/chain')
export const { PathNode } = await load<typeof import('../lib/chain/path-node.js')>('chain/place')
export const { expandTemplate } = await load<typeof import('../lib/chain/template.js')>('chain/template')
export const { buildRequest } = await load<typeof import('../lib/pipeline/build.js')>('pipeline/build')
export const { endpointOf } = await load<typeof import('../lib/pipeline/endpoint.js')>('pipeline/endpoint')
export const lookup = await load<typeof import('../lib/catalog/lookup.js')>('catalog/lookup')
export const { authorize, stamp } =
  await load<typeof import('../lib/protocols/v3/signer.js')>('protocols/v3/signer')
