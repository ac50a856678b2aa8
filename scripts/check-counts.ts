/**
 * Checks what the documentation counts of the catalogue: each number that a sentence states is derived here, and a
 * number that no sentence below knows is refused, because nobody would notice when it goes stale.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCatalogue } from '../catalog/load.js'
import type { Catalogue } from '../catalog/model.js'

/** What is counted, how many there are, and the sentences that state it. */
interface Claim {
  readonly of: string
  readonly count: (catalogue: Catalogue) => number
  readonly sentences: readonly RegExp[]
}

const CLAIMS: readonly Claim[] = [
  {
    of: 'endpoints',
    count: ({ endpoints }) => endpoints.length,
    sentences: [
      /has ([\d,]+) endpoints, counted by/,
      /search the ([\d,]+) endpoints/,
      /as data: ([\d,]+) endpoints/,
      /共有 ([\d,]+) 个接口/,
      /搜索 ([\d,]+) 个接口/,
    ],
  },
  {
    of: 'notifications',
    count: ({ notifications }) => notifications.length,
    sentences: [/endpoints and ([\d,]+) notifications/],
  },
  {
    of: 'endpoints of APIv2',
    count: ({ endpoints }) => endpoints.filter(({ api }) => api === 'v2').length,
    sentences: [/All ([\d,]+) endpoints, through the same chain/, /全部 ([\d,]+) 个接口，用同一条链调用/],
  },
  {
    of: 'endpoints of APIv2 whose answers are never signed',
    // A page that the browser is sent to is no answer.
    count: ({ endpoints }) =>
      endpoints.filter(({ api, unsigned, response }) => api === 'v2' && unsigned && !response.redirect)
        .length,
    sentences: [/signs no answer of ([\d,]+) endpoints/, /有 ([\d,]+) 个接口（.*）的应答从不签名/],
  },
  {
    of: 'endpoints of APIv2 whose answers may be unsigned',
    count: ({ endpoints }) => endpoints.filter((one) => one.api === 'v2' && one.optionalSign).length,
    sentences: [/([\d,]+) more may leave the signature out/, /另有 ([\d,]+) 个接口的应答可能没有签名/],
  },
]

/** Any number of endpoints, notifications or fields. */
const COUNTED =
  /(?<![\w.])([\d,]*\d)(?: [a-z]+)? ?(?:endpoints|notifications|fields|个接口|个通知|种通知|个字段)/g

/** What is wrong with the counts in a text, each with its file and line. */
export function staleCounts(file: string, text: string, catalogue: Catalogue): string[] {
  return text.split('\n').flatMap((line, index) => {
    const place = `${file}:${index + 1}`
    const known = new Set<number>()
    const stale = CLAIMS.flatMap(({ of, count, sentences }) =>
      sentences.flatMap((sentence) => {
        const found = new RegExp(sentence, 'd').exec(line)
        const [start] = found?.indices?.[1] ?? []
        if (!found || start === undefined) return []
        known.add(start)
        const right = count(catalogue).toLocaleString('en')
        return found[1] === right ? [] : [`${place}: says ${found[1]} ${of}; there are ${right}`]
      }),
    )
    const unknown = [...line.matchAll(COUNTED)].filter(({ index: start }) => !known.has(start))
    return [
      ...stale,
      ...unknown.map(
        ([what]) => `${place}: counts ${what}, a number that scripts/check-counts.ts does not know`,
      ),
    ]
  })
}

/** Pages that are made of the catalogue, whose counts are counted. */
const GENERATED = /^docs\/(zh\/)?(api|notifications)\//

/** Written by others, or by programs, or about the past. */
const LEFT_OUT = /^(node_modules|dist|coverage|CHANGELOG\.md|\..*)$/

/** The documentation: every page in Markdown, and what npm shows of the package. */
function documents(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.test(name))
    .flatMap((entry) => {
      if (!entry.isDirectory()) return [entry.name]
      return readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' })
        .filter((name) => !name.split(/[/\\]/).some((step) => LEFT_OUT.test(step)))
        .map((name) => join(entry.name, name))
    })
    .filter((name) => (name.endsWith('.md') && !GENERATED.test(name)) || name === 'package.json')
}

function main(): void {
  const root = join(import.meta.dirname, '..')
  const catalogue = loadCatalogue(root)
  const problems = documents(root).flatMap((file) =>
    staleCounts(file, readFileSync(join(root, file), 'utf8'), catalogue),
  )
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
