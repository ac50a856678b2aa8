import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generate } from '../../catalog/generate.js'
import { loadCatalogue } from '../../catalog/load.js'
import type { Catalogue } from '../../catalog/model.js'
import { type Files, staleFiles } from '../../catalog/write.js'

const ROOT = join(import.meta.dirname, '..', '..')

describe('the catalogue', { timeout: 60_000 }, () => {
  let catalogue: Catalogue
  let files: Files

  beforeAll(() => {
    catalogue = loadCatalogue(ROOT)
    files = generate(ROOT)
  }, 60_000)

  it('holds 1,156 endpoints, 136 of v2 and 1,020 of v3, and 112 notifications', () => {
    const { endpoints, notifications } = catalogue
    expect(endpoints).toHaveLength(1156)
    expect(endpoints.filter(({ api }) => api === 'v2')).toHaveLength(136)
    expect(endpoints.filter(({ api }) => api === 'v3')).toHaveLength(1020)
    expect(notifications).toHaveLength(112)
    expect(notifications.filter(({ api }) => api === 'v2')).toHaveLength(10)
  })

  it('has the generated files committed as it generates them', () => {
    expect(staleFiles(ROOT, files)).toEqual([])
  })

  it('puts every endpoint and every event type into the generated maps', () => {
    const routes = [...files].filter(([path]) => path.startsWith('types/routes/')).map(([, text]) => text)
    const text = routes.join('\n')
    const operations = text.match(/^ {4}(get|post|put|patch|delete): Operation</gm)
    expect(operations).toHaveLength(1156)
    for (const { template } of catalogue.endpoints) expect(text).toContain(`\n  '${template}': {\n`)
    const notifications = files.get('types/notifications.ts')
    for (const { eventType } of catalogue.notifications) {
      expect(notifications).toMatch(
        new RegExp(`^ {2}'${eventType}': (Xml)?Notification<'${eventType}', `, 'm'),
      )
    }
  })

  it('does not depend on the order of generation: twice the same', () => {
    expect(generate(ROOT)).toEqual(files)
  })
})

describe('a change of the catalogue', { timeout: 60_000 }, () => {
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'catalogue-'))
    cpSync(join(ROOT, 'catalog'), join(root, 'catalog'), { recursive: true })
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const payments = (): string => join(root, 'catalog/endpoints/payments.yaml')

  it('that adds an endpoint makes it appear in types, folders, traits and schemas', () => {
    appendFileSync(
      payments(),
      `
v3/pay/teapots/{teapot_id}/brew:
  post:
    name: Brew
    docs: [https://pay.weixin.qq.com/doc/v3/merchant/1]
    flags: [deprecated]
    idempotent: json.out_brew_no
    path: { teapot_id: string }
    json: { out_brew_no: string, tea?: { $enum: [OOLONG, GREEN] }, drinker: encrypted }
    response: { json: { brew_id: string, cups?: [{ size: integer }] } }
    example: { teapot_id: T1, json: { out_brew_no: B1, drinker: abc } }
`,
    )
    const files = generate(root)
    expect(files.get('types/routes/payments.ts')).toContain(
      `  'v3/pay/teapots/{teapot_id}/brew': {
    /** Brew
     * @see [merchant](https://pay.weixin.qq.com/doc/v3/merchant/1)
     * @deprecated The documentation marks this endpoint as deprecated.
     */
    post: Operation<
      {
        teapot_id: PathValue
        json: {
          out_brew_no: string
          tea?: 'OOLONG' | 'GREEN' | (string & {})
          drinker: Sensitive | Ciphertext
        }
      },
      { brew_id: string; cups?: { size?: number }[] }
    >
    /** Brew
     * @see [merchant](https://pay.weixin.qq.com/doc/v3/merchant/1)
     * @deprecated The documentation marks this endpoint as deprecated.
     */
    postAsync: PaymentsRoutes['v3/pay/teapots/{teapot_id}/brew']['post']
  }`,
    )
    expect(files.get('types/routes/folders.ts')).toContain("\n  'v3/pay/teapots/{teapot_id}': 'brew'\n")
    expect(files.get('lib/routes/generated/tree.ts')).toMatch(
      /"teapots":\{"\{teapot_id\}":\{"brew":"p\d+"\}\}/,
    )
    expect(files.get('lib/routes/generated/traits.ts')).toContain(
      '{"idempotent":"json.out_brew_no","encrypts":["json.drinker"]}',
    )
    expect(files.get('lib/emulator/generated/payments.ts')).toContain(
      "'post v3/pay/teapots/{teapot_id}/brew'",
    )
  })

  /** Loads a catalogue of this entry alone. */
  const rejected = (entry: string): string => {
    for (const name of readdirSync(join(root, 'catalog/endpoints')))
      rmSync(join(root, 'catalog/endpoints', name))
    writeFileSync(payments(), entry)
    try {
      loadCatalogue(root)
    } catch (error) {
      return (error as Error).message
    }
    return 'accepted'
  }

  it('that breaks the format is refused with file, entry and field', () => {
    expect(rejected('v3/a/b: { get: { name: A, response: { json: { id: text } } } }')).toMatch(
      /^catalog\/endpoints\/payments\.yaml: v3\/a\/b › get › response › json › id .*allowed values/,
    )
    expect(rejected('v3/a/b: { get: { name: A, respons: { status: 204 } } }')).toMatch(
      /v3\/a\/b › get must .*respon/,
    )
    expect(rejected('v3/a/b: { fetch: { name: A, response: { status: 204 } } }')).toMatch(/v3\/a\/b .*fetch/)
  })

  it('that contradicts itself is refused', () => {
    const entry = (facts: string, template = 'v3/a/{b}'): string =>
      `${template}: { post: { name: A, ${facts} } }`
    expect(rejected(entry('response: { status: 204 }'))).toContain('{b} is in the template')
    expect(rejected(entry('path: { c: string }, response: { status: 204 }', 'v3/a/b'))).toContain('path.c')
    expect(
      rejected(entry('idempotent: json.no, json: { id: string }, response: { status: 204 }', 'v3/a/b')),
    ).toContain('json.no')
    expect(rejected(entry('response: { status: 204, json: object }', 'v3/a/b'))).toContain('exactly one of')
  })

  it('that repeats an endpoint in another family is refused', () => {
    const entry = 'v3/certificates:\n  get: { name: A, response: { json: object } }\n'
    appendFileSync(join(root, 'catalog/endpoints/brand.yaml'), `\n${entry}`)
    expect(() => loadCatalogue(root)).toThrow('get v3/certificates is in brand.yaml and in payments.yaml')
  })

  it('that is not generated yet is reported as stale', () => {
    const text = readFileSync(payments(), 'utf8')
    writeFileSync(payments(), text.replace('name: 获取平台证书列表', 'name: Certificates'))
    expect(staleFiles(ROOT, generate(root))).toEqual([
      'lib/cli/generated/names.ts',
      'types/routes/payments.ts',
    ])
  })
})
