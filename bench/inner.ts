/** Pieces that the package does not export, built as it is, so that each can be measured by itself. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const PIECES = [
  'chain/chain',
  'chain/path-node',
  'chain/template',
  'pipeline/build',
  'catalog/endpoint',
  'catalog/lookup',
  'protocols/v3/v3',
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
export const { PathNode } = await load<typeof import('../lib/chain/path-node.js')>('chain/path-node')
export const { expandTemplate } = await load<typeof import('../lib/chain/template.js')>('chain/template')
export const { buildCall } = await load<typeof import('../lib/pipeline/build.js')>('pipeline/build')
export const { endpointOf } = await load<typeof import('../lib/catalog/endpoint.js')>('catalog/endpoint')
export const lookup = await load<typeof import('../lib/catalog/lookup.js')>('catalog/lookup')
export const { createAuthorize } = await load<typeof import('../lib/protocols/v3/v3.js')>('protocols/v3/v3')
