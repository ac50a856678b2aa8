import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { atMost, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

/** What loading the package may take, axios included, beside axios alone. */
const LIMIT = 1.1
const ROUNDS = 21

/** Here the package finds itself by its name, as its users do. */
const cwd = fileURLToPath(new URL('..', import.meta.url))

/** Milliseconds from before a module is asked for until it is there, in a process of its own. */
function time(how: 'import' | 'require', specifier: string): number {
  const load = how === 'import' ? `await import('${specifier}')` : `require('${specifier}')`
  const code = `const start = performance.now();${load};process.stdout.write(String(performance.now() - start))`
  const type = `--input-type=${how === 'import' ? 'module' : 'commonjs'}`
  return Number(execFileSync(process.execPath, [type, '-e', code], { cwd, encoding: 'utf8' }))
}

/** What a process pays for before its first call: a function that is started anew, a command line, a test. */
export async function measureColdStart(): Promise<Row[]> {
  const rows: Row[] = []
  for (const how of ['import', 'require'] as const) {
    const { ours, axios, crypto, emulator } = await interleave(
      {
        ours: () => time(how, 'wechatpay-fluent'),
        axios: () => time(how, 'axios'),
        crypto: () => time(how, 'wechatpay-fluent/crypto'),
        emulator: () => time(how, 'wechatpay-fluent/emulator'),
      },
      ROUNDS,
    )
    const milliseconds = (values: readonly number[]) => `${figure(median(values))} ms`
    const row = atMost(`cold ${how}: wechatpay-fluent / axios alone`, medianRatio(ours, axios), LIMIT, '×')
    rows.push(
      { ...row, measured: `${row.measured}, ${milliseconds(ours)} and ${milliseconds(axios)}` },
      {
        what: `cold ${how}: wechatpay-fluent/crypto, /emulator`,
        measured: `${milliseconds(crypto)}, ${milliseconds(emulator)}`,
      },
    )
  }
  return rows
}
