/**
 * What the types cost a user, in instantiations, which are the same on every machine: one call, and a hundred
 * calls of different endpoints. Fails above the bars, and where the declarations of a package are loaded that no
 * user needs: an editor reads all of them before it first completes anything.
 */
import { join } from 'node:path'
import { compile, compilerOf, createConsumer, loadedPackages, uses } from './type-cost-consumer.js'

const BARS = [
  { spelling: 'property', count: 1, bar: 60_000 },
  { spelling: 'property', count: 100, bar: 600_000 },
  { spelling: 'chain', count: 1, bar: 60_000 },
  { spelling: 'chain', count: 100, bar: 600_000 },
  { spelling: 'bracket', count: 1, bar: 60_000 },
  { spelling: 'bracket', count: 100, bar: 600_000 },
  { spelling: 'mixed', count: 1, bar: 60_000 },
  { spelling: 'mixed', count: 100, bar: 600_000 },
] as const
/** Calls are typed by its `AxiosResponse`. */
const NEEDED = 'axios'

const root = join(import.meta.dirname, '..')
const consumer = createConsumer(root)
try {
  for (const { spelling, count, bar } of BARS) {
    const file = `${spelling}-${count}.ts`
    consumer.write(file, uses(root, spelling, count))
    const { instantiations, errors } = compile(compilerOf(root), consumer, file)
    const within = errors.length === 0 && instantiations <= bar
    const figures = `${instantiations.toLocaleString('en')} of ${bar.toLocaleString('en')} instantiations`
    console.log(`${within ? 'ok  ' : 'FAIL'} ${String(count).padStart(3)} × ${spelling.padEnd(8)} ${figures}`)
    for (const error of errors) console.log(`     ${error}`)
    if (!within) process.exitCode = 1
  }
  const loaded = loadedPackages(compilerOf(root), consumer, `${BARS[0].spelling}-${BARS[0].count}.ts`).join(
    ', ',
  )
  console.log(`${loaded === NEEDED ? 'ok  ' : 'FAIL'} declarations of other packages: ${loaded}`)
  if (loaded !== NEEDED) process.exitCode = 1
} finally {
  consumer.remove()
}
