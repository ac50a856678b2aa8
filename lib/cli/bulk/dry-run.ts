import { type BulkOptions, type BulkPlan, type DraftedRow, planBulk } from '../../bulk/index.js'
import { sensitive, type Verb } from '../../index.js'
import { withClient } from '../client.js'
import type { ClientFlags } from '../config.js'
import { dryRun } from '../dry-run.js'
import { mapEncrypted } from '../encrypted-fields.js'
import { words } from '../language.js'
import { formatColumns } from '../layout.js'

/** What a job would do, as programs read it. */
export interface JobPlan extends Omit<BulkPlan, 'method' | 'path' | 'problems' | 'first'> {
  readonly endpoint: string
  readonly problems: readonly { readonly row: number; readonly problem: string }[]
  readonly request?: FirstRequest
}

interface FirstRequest extends Pick<DraftedRow, 'row' | 'lacks'> {
  readonly method: string
  /** Without the access point where the request is not complete. */
  readonly url: string
  /** The body; a field that is encrypted on its way is only marked. */
  readonly body: unknown
  /** The fields of a message of APIv2 that the client adds to it: its merchant's id, the nonce, the signature. */
  readonly adds?: readonly string[]
}

/** The number of problems that people are shown: thousands of them have one cause. */
const MAX_SHOWN = 20

/** Plans a job, and builds the request of its first row, as far as that can be done. */
export function planJob(options: Omit<BulkOptions, 'client'>, flags: ClientFlags): Promise<JobPlan> {
  return withClient(flags, async ({ wxpay: client, signal }) => {
    const { method, path, problems, first, ...plan } = await planBulk({ ...options, client, signal })
    const isWrong = problems.some(({ row }) => row === first?.row)
    return {
      endpoint: `${method} ${path}`,
      ...plan,
      constants: markConstants({ path, verb: method.toLowerCase() as Verb }, plan.constants),
      problems: problems.map(({ row, field, message }) => ({ row, problem: `${field} ${message}` })),
      ...(first && { request: await describeRequest({ method, path, first, isWrong }, flags) }),
    }
  })
}

const ENCRYPTED = '(encrypted)'

/** Values that are the same for all rows; what is encrypted on its way is only marked. */
function markConstants(
  endpoint: { readonly path: string; readonly verb: Verb },
  constants: BulkPlan['constants'],
): BulkPlan['constants'] {
  const marked = Object.entries(constants).map(([address, value]) => {
    // Of a list, the place does not matter here: json.receivers.1.name.
    const keys = address.split('.').map((key) => (/^\d+$/.test(key) ? 0 : key))
    const request = keys.reduceRight((inner, key) => (key === 0 ? [inner] : { [key]: inner }), value)
    const found = mapEncrypted(endpoint, request as BulkPlan['constants'], () => ENCRYPTED)
    return [address, keys.reduce<unknown>((at, key) => (at as unknown[])[key as number], found)] as const
  })
  return Object.fromEntries(marked)
}

interface Draft extends Pick<BulkPlan, 'method' | 'path'> {
  readonly first: DraftedRow
  readonly isWrong: boolean
}

async function describeRequest(
  { method, path, first, isWrong }: Draft,
  flags: ClientFlags,
): Promise<FirstRequest> {
  const { row, request, lacks } = first
  const endpoint = { path, verb: method.toLowerCase() as Verb, values: {} }
  const { json, xml } = mapEncrypted(endpoint, request, () => ENCRYPTED)
  const draft = { row, method, body: json ?? xml ?? null, lacks }
  if (isWrong) return { ...draft, url: filledPath(path, request) }
  const { url, body } = await dryRun(endpoint, mapEncrypted(endpoint, request, sensitive), flags)
  if (xml === undefined) return { ...draft, url }
  const { decodeXml } = await import('../../crypto/index.js')
  const adds = Object.keys(decodeXml(body)).filter((name) => !Object.hasOwn(xml as object, name))
  return { ...draft, url, adds }
}

/** The path with the values that there are. */
function filledPath(path: string, request: DraftedRow['request']): string {
  const filled = path.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    request[name] === undefined ? placeholder : encodeURIComponent(String(request[name])),
  )
  const query = new URLSearchParams(request.query as Record<string, string> | undefined).toString()
  return `/${filled}${query && `?${query}`}`
}

/** A plan, for people: the columns and what they lack, the problems, and the first request. */
export function describePlan(plan: JobPlan): string {
  const { endpoint, rows, problems, request } = plan
  const wrong = problems
    .slice(0, MAX_SHOWN)
    .map(({ row, problem }) => words(`row ${row}: ${problem}`, `第 ${row} 行：${problem}`))
  const rest = problems.length - MAX_SHOWN
  if (rest > 0) wrong.push(words(`and ${rest} more`, `另有 ${rest} 个问题`))
  return [
    words(`${endpoint}: ${rows} rows`, `${endpoint}：${rows} 行`),
    '',
    describeColumns(plan),
    ...(wrong.length > 0 ? ['', ...wrong] : []),
    ...(request ? ['', ...requestLines(request)] : []),
  ].join('\n')
}

function describeColumns({ columns, missing, derived, constants }: JobPlan): string {
  const unused = words('(not used)', '（没有用到）')
  const absent = words('(no column)', '（没有列）')
  const made = words('a number is made for each row', '为每行生成单号')
  return formatColumns([
    [words('COLUMN', '列'), words('FIELD', '字段')],
    ...Object.entries(columns).map(([column, field]) => [column, field ?? unused]),
    ...Object.entries(constants).map(([field, value]) => [`= ${JSON.stringify(value)}`, field]),
    ...Object.entries(missing).map(([field, column]) => [
      absent,
      field,
      withGuess(words('required', '必填'), field, column),
    ]),
    ...Object.entries(derived).map(([field, column]) => [absent, field, withGuess(made, field, column)]),
  ])
}

/** What is said of a field that no column gives, and which column may have been meant for it. */
function withGuess(said: string, field: string, column: string | null): string {
  if (column === null) return said
  const flag = `--map '${field}=${column}'`
  return words(`${said}; is it '${column}'? ${flag}`, `${said}；是否为“${column}”？${flag}`)
}

function requestLines({ row, method, url, body, lacks, adds = [] }: FirstRequest): string[] {
  const isComplete = Object.keys(lacks).length === 0
  const marked = withMarks(body, lacks)
  const added = adds.join(', ')
  return [
    isComplete
      ? words(`The request of row ${row}:`, `第 ${row} 行的请求：`)
      : words(`The request of row ${row}, which is not complete:`, `第 ${row} 行的请求，尚不完整：`),
    `${method} ${url}`,
    ...(marked === null ? [] : [JSON.stringify(marked, null, 2)]),
    ...(adds.length > 0 ? [words(`The client adds ${added}.`, `发送时另加 ${added}。`)] : []),
  ]
}

/** A body in which what it lacks is marked. */
function withMarks(body: unknown, lacks: FirstRequest['lacks']): unknown {
  return Object.entries(lacks).reduce<unknown>((marked, [field, why]) => {
    const [part, ...keys] = field.split('.')
    // Placeholders stand in the path, and rows have no other parts that people see.
    return part === 'json' || part === 'xml' ? withMark(marked, keys, why) : marked
  }, body)
}

function withMark(value: unknown, [key, ...rest]: readonly string[], why: string | null): unknown {
  if (key === undefined) return why === null ? words('(missing)', '（缺少）') : `(${why})`
  const object = (value ?? {}) as Readonly<Record<string, unknown>>
  return { ...object, [key]: withMark(object[key], rest, why) }
}
