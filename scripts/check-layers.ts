/**
 * Checks what the files of `lib/` import: layers point down, nothing goes in a circle, and the parts that are to work
 * without others do. An import of types counts like any other, except where loading is what matters.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'rolldown/utils'

/** Small files that everything may use. */
const HELPERS = [
  ...[
    'errors.ts',
    'version.ts',
    'duration.ts',
    'money.ts',
    'parse-json.ts',
    'plain-object.ts',
    'printable.ts',
    'buffer-of.ts',
    'runtime.ts',
  ],
  ...['nearest.ts', 'store.ts'],
]

/**
 * The layers from top to bottom, as paths below `lib/`; `types/` is the folder beside it. A file imports from its own
 * part and from the rows below. Parts in one row do not import each other; the helpers may.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['index.ts'],
  ['wechatpay.ts'],
  ['health/', 'bills/', 'notifications/', 'pay-sign/', 'paginate.ts', 'download.ts'],
  ['calls.ts', 'config-sources.ts'],
  ['axios-client.ts'],
  ['options.ts'],
  ['check-options.ts'],
  ['option-types.ts'],
  ['pipeline/'],
  ['types/'],
  ['protocols/'],
  ['transport/'],
  ['identity.ts'],
  ['catalog/'],
  ['data/', 'chain/'],
  ['crypto/'],
  HELPERS,
]

/** All that a part may import, where that is less than the rows below it, and the parts beside the layers. */
const ONLY: Readonly<Record<string, Allowed>> = {
  'chain/': { files: ['errors.ts'], packages: ['node:util'] },
  'crypto/': { files: HELPERS, packages: ['node:', 'saxes'] },
  'emulator/': { files: ['catalog/', 'data/', 'types/', ...HELPERS] },
  'bulk/': { files: ['index.ts', 'identity.ts', 'catalog/', ...HELPERS] },
  'cli/': {
    files: [
      ...['index.ts', 'bulk/index.ts', 'emulator/index.ts', 'crypto/index.ts'],
      ...['config-sources.ts', 'catalog/', 'data/', 'chain/names.ts', ...HELPERS],
    ],
  },
}

/** What the client knows of an endpoint; the emulator finds out by itself, so that it can prove the client wrong. */
const CLIENT_FACTS =
  /^lib\/(protocols|pipeline|transport)\/|^lib\/catalog\/(generated\/)?(traits|lookup|match|routes)\.ts$/

/** The parts for which a name that the public entry exports comes from there. */
const USERS_OF_ENTRY = ['bulk/', 'cli/']
const ENTRY = 'lib/index.ts'
const OTHER_ENTRIES = ['lib/crypto/index.ts', 'lib/bulk/index.ts', 'lib/emulator/index.ts']

/** What `import 'wechatpay-fluent'` does not load. */
const NOT_AT_ONCE = /^(lib\/(emulator|bulk|cli)\/|(ajv|commander|csv-parse|minisearch)(\/|$))/

interface Allowed {
  readonly files: readonly string[]
  /** Packages and modules of Node; all of them when left out. */
  readonly packages?: readonly string[]
}

interface Import {
  readonly from: string
  readonly line: number
  /** A file as a path from the root, or a package. */
  readonly to: string
  /** Types are gone when the file runs; `later` is `import()`. */
  readonly kind: 'types' | 'at once' | 'later'
  readonly names: readonly string[]
}

type Graph = ReadonlyMap<string, readonly Import[]>

/** What is wrong with the imports of the repository at `root`. */
export function findProblems(root: string): string[] {
  const files = [...sourcesIn(root, 'lib'), ...sourcesIn(root, 'types')]
  const graph: Graph = new Map(files.map((file) => [file, importsOf(root, file)]))
  const imports = [...graph.values()].flat()
  const exported = exportsOf(root, ENTRY)
  return [
    ...files.filter((file) => partOf(file) === undefined).map((file) => `${file} is in no layer`),
    ...imports.flatMap((one) => [
      ...wrongDirection(one),
      ...besideEntry(one, exported),
      ...sharedFacts(one, graph),
      ...loadedAtOnce(one, graph),
    ]),
    ...circles(graph),
  ]
}

function sourcesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return (
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      // The modules of data import nothing but each other.
      .filter((name) => /\.[jt]s$/.test(name) && !name.startsWith('lib/data/'))
      .sort()
  )
}

/** `../errors.js`, as `lib/chain/chain.ts` writes it, is `lib/errors.ts`; packages stay as they are. */
function resolve(root: string, from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const written = posix.join(posix.dirname(from), specifier)
  const source = written.replace(/\.js$/, '.ts')
  return existsSync(join(root, source)) ? source : written
}

function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const { program, errors } = parseSync(file, text)
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`)
  const imports: Import[] = []
  const add = (start: number, specifier: string, kind: Import['kind'], names: string[] = []): void => {
    const line = text.slice(0, start).split('\n').length
    imports.push({ from: file, line, to: resolve(root, file, specifier), kind, names })
  }
  new Visitor({
    ImportDeclaration: ({ start, source, importKind, specifiers }) => {
      const names = specifiers.flatMap((one) => (one.type === 'ImportSpecifier' ? nameOf(one.imported) : []))
      add(start, source.value, importKind === 'type' ? 'types' : 'at once', names)
    },
    ExportNamedDeclaration: ({ start, source, exportKind, specifiers }) => {
      const names = specifiers.map(({ local }) => nameOf(local))
      if (source) add(start, source.value, exportKind === 'type' ? 'types' : 'at once', names)
    },
    ExportAllDeclaration: ({ start, source, exportKind }) =>
      add(start, source.value, exportKind === 'type' ? 'types' : 'at once'),
    ImportExpression: ({ start, source }) => {
      if (source.type === 'Literal') add(start, String(source.value), 'later')
    },
    TSImportType: ({ start, source }) => add(start, source.value, 'types'),
  }).visit(program)
  return imports
}

const nameOf = (name: { name: string } | { value: string }): string =>
  'name' in name ? name.name : name.value

/** The names that a file exports, with those of the files that it passes on whole. */
function exportsOf(root: string, file: string): ReadonlySet<string> {
  if (!existsSync(join(root, file))) return new Set()
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  const names = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName, moduleRequest }) => {
      if (exportName.kind === 'Name') return exportName.name ?? []
      return moduleRequest ? [...exportsOf(root, resolve(root, file, moduleRequest.value))] : []
    }),
  )
  return new Set(names)
}

const isIn = (file: string, part: string): boolean => {
  const path = part === 'types/' ? part : `lib/${part}`
  return part.endsWith('/') ? file.startsWith(path) : file === path
}

const isFile = (target: string): boolean => /^(lib|types)\//.test(target)
const rowOf = (part: string): number => LAYERS.findIndex((row) => row.includes(part))
const partOf = (file: string): string | undefined =>
  [...LAYERS.flat(), ...Object.keys(ONLY)].find((part) => isIn(file, part))

function wrongDirection({ from, line, to }: Import): string[] {
  const [own, other] = [partOf(from), partOf(to)]
  if (own === undefined || isIn(to, own)) return []
  const only = ONLY[own]
  const where = `${from}:${line} imports ${to}`
  if (!isFile(to)) {
    const allowed = only?.packages?.some((name) => to === name || (name.endsWith(':') && to.startsWith(name)))
    return allowed === false ? [`${where}: ${own} may import ${listed(only?.packages)} of packages`] : []
  }
  if (only) {
    const allowed = only.files.some((part) => isIn(to, part))
    return allowed ? [] : [`${where}: ${own} may import ${listed(only.files)}`]
  }
  // A file in no layer is a problem of its own.
  if (other === undefined) return []
  if (rowOf(other) < 0) return [`${where}: ${other} stands beside the layers`]
  if (rowOf(other) < rowOf(own)) return [`${where}: ${other} is a layer above ${own}`]
  const apart = rowOf(other) === rowOf(own) && !HELPERS.includes(own)
  return apart ? [`${where}: ${own} and ${other} are in one row and stay apart`] : []
}

const listed = (names: readonly string[] = []): string => `only ${names.join(', ')}`

function besideEntry({ from, line, to, names }: Import, exported: ReadonlySet<string>): string[] {
  const own = partOf(from) ?? ''
  const isClient = isFile(to) && to !== ENTRY && !OTHER_ENTRIES.includes(to) && !isIn(to, own)
  if (!USERS_OF_ENTRY.includes(own) || !isClient) return []
  return names
    .filter((name) => exported.has(name))
    .map((name) => `${from}:${line} imports ${name} from ${to}: ${ENTRY} exports it`)
}

/** Flags and code of the client that the emulator imports, or that an import of it leads to. */
function sharedFacts({ from, line, to, kind }: Import, graph: Graph): string[] {
  if (kind === 'types') return []
  if (!from.startsWith('lib/emulator/') || to.startsWith('lib/emulator/')) return []
  // Other folders are refused by name.
  if (!ONLY['emulator/']?.files.some((part) => isIn(to, part))) return []
  const way = findWay(graph, to, (file) => CLIENT_FACTS.test(file), ['at once', 'later'])
  if (!way) return []
  const led = way.length > 1 ? `, which leads to ${way.slice(1).join(' → ')}` : ''
  return [
    `${from}:${line} imports ${to}${led}: the emulator shares no protocol code or flags with the client`,
  ]
}

/** An import by which the public entry would load what it leaves for later. */
function loadedAtOnce({ from, line, to, kind }: Import, graph: Graph): string[] {
  if (kind !== 'at once' || !NOT_AT_ONCE.test(to) || NOT_AT_ONCE.test(from)) return []
  const way = findWay(graph, ENTRY, (file) => file === from, ['at once'])
  return way ? [`${from}:${line} imports ${to}, so that ${ENTRY} loads it at once: ${way.join(' → ')}`] : []
}

/** The shortest circle through each file that is in one, told once; the shortest of all come first. */
function circles(graph: Graph): string[] {
  const told = new Map<string, readonly string[]>()
  for (const [file, imports] of graph) {
    const [shortest] = imports
      .flatMap(({ to }) => [findWay(graph, to, (one) => one === file) ?? []])
      .filter((way) => way.length > 0)
      .sort((one, other) => one.length - other.length)
    const members = [...(shortest ?? [])].sort().join()
    if (shortest && !told.has(members)) told.set(members, [file, ...shortest])
  }
  return [...told.values()]
    .sort((one, other) => one.length - other.length)
    .map((way) => `circle: ${withKinds(graph, way)}`)
}

/** Marks the steps that are types alone, or come later: those are the ones to look at first. */
function withKinds(graph: Graph, way: readonly string[]): string {
  const steps = way.map((file, index) => {
    const before = graph.get(way[index - 1] ?? '') ?? []
    const kinds = new Set(before.filter(({ to }) => to === file).map(({ kind }) => kind))
    return index === 0 || kinds.has('at once') ? file : `${file} (${[...kinds].join(', ')})`
  })
  return steps.join(' → ')
}

/** The shortest way from a file to one that is wanted, both included. */
function findWay(
  graph: Graph,
  start: string,
  wanted: (file: string) => boolean,
  kinds: readonly Import['kind'][] = ['types', 'at once', 'later'],
): string[] | undefined {
  const before = new Map<string, string | undefined>([[start, undefined]])
  // What is added on the way is visited as well.
  for (const file of before.keys()) {
    if (wanted(file)) {
      const way: string[] = []
      for (let step: string | undefined = file; step !== undefined; step = before.get(step)) way.unshift(step)
      return way
    }
    for (const { to, kind } of graph.get(file) ?? []) {
      if (kinds.includes(kind) && !before.has(to)) before.set(to, file)
    }
  }
  return undefined
}

function main(): void {
  const problems = findProblems(dirname(import.meta.dirname))
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
