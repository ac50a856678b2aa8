import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BulkOptions, type Job, type PlannedRow, runBulk, type Work } from '../../bulk/index.js'
import { endpointDocument } from '../../catalog/document.js'
import { lookup } from '../../catalog/lookup.js'
import { createRequestCheck } from '../../catalog/request-check.js'
import { sensitive } from '../../index.js'
import { withClient } from '../client.js'
import type { ClientFlags } from '../config.js'
import { dryRun } from '../dry-run.js'
import { mapEncrypted } from '../encrypted-fields.js'
import { formatColumns } from '../layout.js'

/** What a job would do. */
export interface BulkPlan {
  readonly endpoint: string
  /** The field that each column fills; `null` for a column that is not used. */
  readonly columns: Readonly<Record<string, string | null>>
  /** The fields that have the same value in all rows. */
  readonly constants: Readonly<Record<string, unknown>>
  readonly rows: number
  readonly problems: readonly Problem[]
  /** The request of the first row that nothing is wrong with; a field that is encrypted on its way is only marked. */
  readonly request?: { readonly method: string; readonly url: string; readonly body: unknown }
}

/** What is wrong with a row. */
interface Problem {
  readonly row: number
  readonly problem: string
}

/** The number of problems that people are shown: thousands of them have one cause. */
const MAX_SHOWN = 20

/** Plans a job by a run whose engine looks at the rows and sends none, and whose files are thrown away. */
export async function planJob(options: Omit<BulkOptions, 'client'>, flags: ClientFlags): Promise<BulkPlan> {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-bulk-'))
  const file = (name: string): string => join(folder, name)
  let plan: BulkPlan | undefined
  const run = async (work: Work): Promise<void> => {
    plan = await planRows(work, flags)
  }
  try {
    await withClient(flags, ({ wxpay: client, signal }) =>
      runBulk({
        ...{ ...options, client, signal, validate: false, engine: { run } },
        ...{ journal: file('journal'), failed: file('failed.csv'), output: file('results') },
      }),
    )
    return withRefusedRows(plan as BulkPlan, readFileSync(file('results'), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function planRows({ job, rows }: Work, flags: ClientFlags): Promise<BulkPlan> {
  const { verb, path, mappings, constants } = job
  const document = await endpointDocument(path, verb)
  const check = document && (await createRequestCheck(document, lookup(path, verb) ?? {}))
  const fields = new Map(mappings.map(({ column, field }) => [column, field.join('.')]))
  const columns: Record<string, string | null> = {}
  const problems: Problem[] = []
  let count = 0
  let first: PlannedRow | undefined
  for await (const row of rows) {
    count++
    for (const column of Object.keys(row.columns)) columns[column] = fields.get(column) ?? null
    const problem = await check?.(row.request)
    if (problem) problems.push({ row: row.number, problem: `${problem.place} ${problem.what}` })
    else first ??= row
  }
  return {
    endpoint: `${verb.toUpperCase()} ${path}`,
    ...{ columns, rows: count, problems },
    constants: Object.fromEntries(constants.map(({ field, value }) => [field.join('.'), value])),
    ...(first && { request: await describeRequest(job, first, flags) }),
  }
}

/** Adds the rows of which no request could be made: they do not come to the engine, but have a result. */
function withRefusedRows(plan: BulkPlan, results: string): BulkPlan {
  const refused = results
    .split('\n')
    .filter(Boolean)
    .map((result): Problem => {
      const { row, message } = JSON.parse(result) as { readonly row: number; readonly message: string }
      return { row, problem: message }
    })
  const problems = [...plan.problems, ...refused].sort((a, b) => a.row - b.row)
  return { ...plan, rows: plan.rows + refused.length, problems }
}

async function describeRequest(job: Job, { request }: PlannedRow, flags: ClientFlags) {
  const { method, url } = await dryRun({ ...job, values: {} }, mapEncrypted(job, request, sensitive), flags)
  const { json, xml } = mapEncrypted(job, request, () => '(encrypted)')
  return { method, url, body: json ?? xml ?? null }
}

/** A plan, for people. */
export function describePlan({ endpoint, columns, constants, rows, problems, request }: BulkPlan): string {
  const fields = Object.entries(columns).map(([column, field]) => [column, field ?? '(not used)'])
  const values = Object.entries(constants).map(([field, value]) => [`= ${JSON.stringify(value)}`, field])
  const wrong = problems.slice(0, MAX_SHOWN).map(({ row, problem }) => `row ${row}: ${problem}`)
  if (problems.length > MAX_SHOWN) wrong.push(`and ${problems.length - MAX_SHOWN} more`)
  return [
    ...[`${endpoint}: ${rows} rows`, '', formatColumns([['COLUMN', 'FIELD'], ...fields, ...values])],
    ...(wrong.length > 0 ? ['', ...wrong] : []),
    ...(request ? ['', `${request.method} ${request.url}`, JSON.stringify(request.body, null, 2)] : []),
  ].join('\n')
}
