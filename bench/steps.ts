/**
 * Counts what one warm call passes on its way through `lib/`: files, functions, and how often the way leaves a folder
 * for another. `steps.ts [--root DIR] [--list]` builds the sources of a checkout with a hook at the start of every
 * function, imports member cards into a local gateway until the client is warm, and records one import more.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type Plugin, rolldown } from 'rolldown'
import { type ESTree, parseSync, Visitor } from 'rolldown/utils'
import { lineOf, startChild, stopChild } from './child.js'
import { CARD_ID, importBody, type Merchant } from './merchant.js'

type Library = typeof import('../lib/index.js')
type FunctionNode = ESTree.Function | ESTree.ArrowFunctionExpression

/** A function of `lib/`: its file, its name (or the line where it starts) and whether it has a name. */
interface Step {
  readonly file: string
  readonly name: string
  readonly named: boolean
}

const WARM_UP_CALLS = 20
/** The name under which the hook is global in the built code. */
const HOOK = '__enter'

/** What the call under way has passed, in order; the hook adds to it. */
const steps: Step[] = []
Object.assign(globalThis, { [HOOK]: (step: Step) => steps.push(step) })

/** The functions in a file, each with its own name or the one that it is assigned to. */
function functionsOf(file: string, source: string): (Step & { readonly node: FunctionNode })[] {
  const names = new Map<ESTree.Node, string>()
  const nodes: FunctionNode[] = []
  const note = (key: ESTree.Node, value: ESTree.Node | null): void => {
    // The end of a variable is that of its type.
    if (value) names.set(value, key.type === 'Identifier' ? key.name : source.slice(key.start, key.end))
  }
  const add = (node: FunctionNode): void => {
    // A signature of an overload has no body.
    if (node.body) nodes.push(node)
  }
  new Visitor({
    VariableDeclarator: ({ id, init }) => note(id, init),
    Property: ({ key, value }) => note(key, value),
    PropertyDefinition: ({ key, value }) => note(key, value),
    MethodDefinition: ({ key, value }) => note(key, value),
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  }).visit(parseSync(file, source).program)
  return nodes.map((node) => {
    const name = node.id?.name ?? names.get(node)
    const line = source.slice(0, node.start).split('\n').length
    return { node, file, name: name ?? `line ${line}`, named: name !== undefined }
  })
}

/** The source with a call of the hook at the start of every function. */
function withHooks(file: string, source: string): string {
  const insertions = functionsOf(file, source).flatMap(({ node: { body }, ...step }) => {
    if (!body) return []
    const enter = `globalThis.${HOOK}(${JSON.stringify(step)})`
    return body.type === 'BlockStatement'
      ? [{ at: body.start + 1, text: `${enter};` }]
      : [
          { at: body.start, text: `(${enter}, ` },
          { at: body.end, text: ')' },
        ]
  })
  insertions.sort((one, other) => one.at - other.at)
  let hooked = ''
  let end = 0
  for (const { at, text } of insertions) {
    hooked += source.slice(end, at) + text
    end = at
  }
  return hooked + source.slice(end)
}

/** Builds and loads the library of a checkout, which finds its dependencies there. */
async function loadWithHooks(root: string): Promise<Library> {
  const lib = join(root, 'lib')
  const hooks: Plugin = {
    name: 'hooks',
    transform: (source, id) => (id.startsWith(lib) ? withHooks(relative(root, id), source) : undefined),
  }
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const dir = mkdtempSync(join(cache, 'steps-'))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  const bundle = await rolldown({
    cwd: root,
    input: join(lib, 'index.ts'),
    platform: 'node',
    external: /^[a-z@]/,
    plugins: [hooks],
    checks: { ineffectiveDynamicImport: false },
  })
  const options = { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' }
  const { output } = await bundle.write({ dir, format: 'esm', ...options })
  return import(pathToFileURL(join(dir, output[0].fileName)).href) as Promise<Library>
}

/** Imports member cards until the client is warm, and gives what the last import passed. */
async function recordCall({ Wechatpay }: Library, merchant: Merchant): Promise<Step[]> {
  const { mchid, serial, privateKey, certs, baseURL } = merchant
  const wxpay = new Wechatpay({ mchid, serial, privateKey, certs, baseURL })
  for (let number = 0; number <= WARM_UP_CALLS; number++) {
    const request = { card_id: CARD_ID, json: importBody(`steps-${number}`) }
    steps.length = 0
    await wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post(request)
  }
  const call = [...steps]
  wxpay.close()
  return call
}

function report(call: readonly Step[]): string {
  const distinct = [...new Map(call.map((step) => [`${step.file} ${step.name}`, step])).values()]
  const changesOf = (place: (step: Step) => string): number =>
    call.filter((step, at) => place(step) !== place(call[at - 1] ?? step)).length
  return [
    `files               ${new Set(call.map(({ file }) => file)).size}`,
    `functions called    ${call.length}`,
    `distinct functions  ${distinct.length}, of which ${distinct.filter(({ named }) => named).length} have a name`,
    `changes of folder   ${changesOf(({ file }) => dirname(file))}`,
    `changes of file     ${changesOf(({ file }) => file)}`,
  ].join('\n')
}

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: join(import.meta.dirname, '..') },
    list: { type: 'boolean', default: false },
  },
})

const library = await loadWithHooks(resolve(values.root))
const gateway = startChild(new URL('gateway.ts', import.meta.url))
try {
  const { merchant } = await lineOf<{ merchant: Merchant }>(gateway)
  const call = await recordCall(library, merchant)
  if (values.list) for (const { file, name } of call) console.log(`${file.padEnd(44)} ${name}`)
  console.log(report(call))
} finally {
  await stopChild(gateway)
}
