/** What the types cost in time: the compiler's whole run, and completion in an editor. */
import { join } from 'node:path'
import {
  type Consumer,
  compile,
  compilerOf,
  createConsumer,
  HEAD,
  uses,
} from '../../scripts/type-cost-consumer.js'
import { startLanguageServer } from '../../tests/types/language-server.js'
import { atMost, figure, type Row } from '../report.js'
import { type Editor, openEditor } from './editor.js'
import { installTypescripts } from './typescripts.js'

const root = join(import.meta.dirname, '..', '..')
const RUNS = 3
const WARM_UP = 10
const EDITS = 25
const ONE_USE_SECONDS = 0.35
const WARM_MILLISECONDS = 50
/** Of a process that reads all declarations for it, most of them Node's and the compiler's own. */
const FIRST_CPU_SECONDS = 2.5
/** How many names an editor may list behind a dot. */
const PLACES = { 'wxpay.v3.': 120, 'wxpay.v3.pay.transactions.': 14 } as const

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

export async function measureTypes(): Promise<Row[]> {
  const typescripts = installTypescripts()
  const consumer = createConsumer(root)
  try {
    return [
      ...compilations(consumer, typescripts),
      ...(await completions('TypeScript 5.9', openEditor(typescripts, consumer.folder), {
        cpuSeconds: FIRST_CPU_SECONDS,
        warmMilliseconds: WARM_MILLISECONDS,
      })),
      ...(await completions(
        'TypeScript 7',
        await startLanguageServer(root, join(consumer.folder, 'open-in-the-editor.ts')),
      )),
      ...declarationChecks(consumer, typescripts),
    ]
  } finally {
    consumer.remove()
  }
}

function compilations(consumer: Consumer, typescripts: string): Row[] {
  const compilers = { 'TypeScript 7': compilerOf(root), 'TypeScript 5.9': compilerOf(typescripts, 'ts59') }
  return Object.entries(compilers).flatMap(([version, compiler]) =>
    [1, 100].map((count) => {
      const file = `property-${count}.ts`
      consumer.write(file, uses(root, 'property', count))
      const runs = Array.from({ length: RUNS }, () => compile(compiler, consumer, file))
      const errors = runs.flatMap((run) => run.errors)
      if (errors.length > 0) throw new Error(errors.join('\n'))
      const seconds = median(runs.map((run) => run.seconds))
      const what = `${version}: ${count} use${count === 1 ? '' : 's'}, whole run`
      if (version === 'TypeScript 7' && count === 1) return atMost(what, seconds, ONE_USE_SECONDS, 's')
      return { what, measured: `${figure(seconds)} s` }
    }),
  )
}

/** Every completion follows an edit, as when somebody types. The bars are for an editor inside this process. */
async function completions(
  version: string,
  editor: Editor,
  bars?: { readonly cpuSeconds: number; readonly warmMilliseconds: number },
): Promise<Row[]> {
  const times: number[] = []
  let firstCpu = Number.NaN
  for (let run = 0; run < WARM_UP + EDITS; run++) {
    const text = `${HEAD}const edit${run} = 1\nwxpay.v3.`
    editor.edit(text)
    const start = performance.now()
    const before = process.cpuUsage()
    const names = await editor.completions(text.length)
    times.push(performance.now() - start)
    const { user, system } = process.cpuUsage(before)
    if (run === 0) firstCpu = (user + system) / 1e6
    if (!names.includes('marketing')) throw new Error(`${version} does not complete wxpay.v3.`)
  }
  const lengths: Row[] = []
  for (const [place, limit] of Object.entries(PLACES)) {
    editor.edit(HEAD + place)
    const names = await editor.completions(HEAD.length + place.length)
    lengths.push({
      what: `${version}: names listed after ${place}`,
      bar: `≤ ${limit}`,
      measured: `${names.length}`,
      passed: names.length <= limit,
    })
  }
  editor.close()
  const what = `${version}: completion after wxpay.v3.`
  const warm = median(times.slice(WARM_UP))
  return [
    { what: `${what}, first`, measured: `${figure(times[0] ?? Number.NaN)} ms` },
    ...(bars ? [atMost(`${what}, first, CPU`, firstCpu, bars.cpuSeconds, 's')] : []),
    bars
      ? atMost(`${what}, warm`, warm, bars.warmMilliseconds, 'ms')
      : { what: `${what}, warm`, measured: `${figure(warm)} ms` },
    ...lengths,
  ]
}

const RESOLUTIONS = [
  ['nodenext', 'nodenext'],
  ['node16', 'node16'],
  ['esnext', 'bundler'],
  ['commonjs', 'node10'],
] as const

/** `skipLibCheck: false` under every way of finding modules, for importers and for `require`. */
function declarationChecks(consumer: Consumer, typescripts: string): Row[] {
  const compilers = {
    'TypeScript 5.4': compilerOf(typescripts, 'ts54'),
    'TypeScript 5.9': compilerOf(typescripts, 'ts59'),
    'TypeScript 7': compilerOf(root),
  }
  const files = ['import.mts', 'require.cts']
  for (const file of files) consumer.write(file, uses(root, 'property', 1))
  return Object.entries(compilers).map(([version, compiler]) => {
    // TypeScript 7 no longer has node10.
    const known = RESOLUTIONS.filter(
      ([, resolution]) => version !== 'TypeScript 7' || resolution !== 'node10',
    )
    const runs = known.flatMap(([module, resolution]) =>
      files.map((file) => {
        const options = ['--module', module, '--moduleResolution', resolution, '--skipLibCheck', 'false']
        return { what: `${file} ${resolution}`, ...compile(compiler, consumer, file, options) }
      }),
    )
    const failed = runs.filter(({ errors }) => errors.length > 0)
    for (const { what, errors } of failed) console.error(`${version} ${what}: ${errors.join('\n')}`)
    return {
      what: `${version}: skipLibCheck off, import and require`,
      bar: `${runs.length} compile`,
      measured: `${runs.length - failed.length} compile`,
      passed: failed.length === 0,
    }
  })
}
