/**
 * The whole catalogue against the types, in one program: each endpoint's request in every style, which must
 * compile, and the same request with one thing wrong, which must not.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint } from '../../../catalog/model.js'
import { print, type Request, requestOf } from '../../../catalog/requests.js'
import { brokenRequests } from './broken.js'

export interface Statement {
  readonly endpoint: Endpoint
  /** What it says: a spelling, or what is wrong. */
  readonly what: string
  readonly text: string
}

/** A statement with the compiler's first message about it, if any. */
export type Judged<Line> = Line & { readonly error: string | undefined }
export type Verdict = Judged<Statement>

const PLACEHOLDER = /^\{(.+)\}$/

/** `v3/pay/transactions/id/{transaction_id}` → `.v3.pay.transactions.id._transaction_id_`. */
export function properties(template: string): string {
  return template
    .split('/')
    .map((segment) => segment.replace(PLACEHOLDER, '_$1_'))
    .map((segment) => `.${segment.replace(/-([a-z\d])/g, (_, letter: string) => letter.toUpperCase())}`)
    .join('')
}

const SPELLINGS: Readonly<Record<string, (template: string) => string>> = {
  property: properties,
  chain: (template) => `.chain('${template}')`,
  bracket: (template) => `['${template}']`,
  mixed: (template) => {
    const segments = template.split('/')
    const depth = Math.min(2, segments.length - 1)
    return `${properties(segments.slice(0, depth).join('/'))}.chain('${segments.slice(depth).join('/')}')`
  },
}

const verbOf = ({ response, verb }: Endpoint): string => (response.redirect ? 'url' : verb)

export function sound(endpoint: Endpoint): Statement[] {
  const call = `.${verbOf(endpoint)}(${print(requestOf(endpoint))})`
  return Object.entries(SPELLINGS).map(([what, spell]) => {
    return { endpoint, what, text: `wxpay${spell(endpoint.template)}${call}` }
  })
}

/** Spellings take turns: they share one type, as the sound statements show. */
export function broken(endpoint: Endpoint): Statement[] {
  const spellings = Object.values(SPELLINGS)
  return brokenRequests(endpoint, requestOf(endpoint)).map(({ kind, what, request }, index) => {
    const spell = spellings[index % spellings.length] ?? properties
    const text = `wxpay${spell(endpoint.template)}.${verbOf(endpoint)}(${print(request)})`
    return { endpoint, what: `${kind}: ${what}`, text }
  })
}

/** The request as the helper type of its endpoint says it is, with the options of a call. */
export function typed(endpoint: Endpoint, request: Request): Statement {
  const type = `RequestOf<'${endpoint.template}', '${endpoint.verb}'> & CallOptions`
  return { endpoint, what: 'RequestOf', text: `takes<${type}>(${print(request)})` }
}

const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['es2023', 'es2024.string', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
}

const HEAD = [
  "import type { CallOptions, Chain, FilePart, RequestOf, Sensitive } from './types/index.js'",
  'declare const wxpay: Chain, secret: Sensitive, file: FilePart',
  'declare function takes<Type>(value: Type): void',
]

/** Compiles all statements at once, against the types below `root`: each is a line of its own. */
export function judge<Line extends { readonly text: string }>(
  root: string,
  statements: readonly Line[],
  head: readonly string[] = HEAD,
): Judged<Line>[] {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-types-'))
  try {
    for (const name of ['lib', 'types', 'node_modules']) symlinkSync(join(root, name), join(folder, name))
    const lines = [...head, ...statements.map(({ text }) => text)]
    writeFileSync(join(folder, 'program.ts'), `${lines.join('\n')}\n`)
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const config = { compilerOptions: { ...COMPILER_OPTIONS, preserveSymlinks: true }, files: ['program.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const errors = compile(root, folder)
    return statements.map((statement, index) => {
      return { ...statement, error: errors.get(head.length + index + 1) }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The first error of each line; an error anywhere else means that the program itself is wrong. */
function compile(root: string, folder: string): Map<number, string> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: folder,
    maxBuffer: 1 << 28,
  })
  const errors = new Map<number, string>()
  for (const line of stdout.split('\n')) {
    const found = /^(.*?)(?:\((\d+),\d+\))?: error (TS\d+: .*)$/.exec(line)
    if (!found) continue
    const [, file, at, message = ''] = found
    if (file !== 'program.ts') throw new Error(`The types do not compile: ${line}`)
    if (!errors.has(Number(at))) errors.set(Number(at), message)
  }
  if (stderr) throw new Error(stderr)
  return errors
}
