import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dataOf, filesOf } from '../../catalog/generate.js'
import { loadCatalogue } from '../../catalog/load.js'
import type { Catalogue } from '../../catalog/model.js'
import { type Files, staleFiles } from '../../catalog/write.js'
import { repositoryCatalogue } from './loaded.js'

const ROOT = join(import.meta.dirname, '..', '..')

describe('the catalogue', { timeout: 60_000 }, () => {
  let catalogue: Catalogue
  let files: Files

  beforeAll(() => {
    catalogue = repositoryCatalogue
    files = filesOf(catalogue)
  }, 60_000)

  it('holds what its files have lines for, and every endpoint once', () => {
    const texts = (folder: string): string =>
      readdirSync(join(ROOT, 'catalog', folder))
        .map((name) => readFileSync(join(ROOT, 'catalog', folder, name), 'utf8'))
        .join('\n')
    const verbs = texts('endpoints').match(/^ {2}(get|post|put|patch|delete):/gm) ?? []
    const events = texts('notifications').match(/^[A-Za-z]\S*:/gm) ?? []
    const { endpoints, notifications } = catalogue
    expect(new Set(endpoints.map(({ verb, template }) => `${verb} ${template}`)).size).toBe(verbs.length)
    expect(notifications).toHaveLength(events.length)
    for (const api of ['v2', 'v3']) {
      expect(endpoints.some((one) => one.api === api)).toBe(true)
      expect(notifications.some((one) => one.api === api)).toBe(true)
    }
  })

  it('has the generated files committed as it generates them', () => {
    expect(staleFiles(ROOT, files)).toEqual([])
  })

  it('commits no line that is too long to be read', () => {
    const lines = [...files].flatMap(([path, text]) => text.split('\n').map((line) => ({ path, line })))
    expect(lines.filter(({ line }) => line.length > 1000)).toEqual([])
  })

  it('puts every endpoint and every event type into the generated maps', () => {
    const routes = [...files].filter(([path]) => path.startsWith('types/routes/')).map(([, text]) => text)
    const text = routes.join('\n')
    const operations = text.match(/^ {4}(get|post|put|patch|delete): Operation</gm)
    expect(operations).toHaveLength(catalogue.endpoints.length)
    for (const { template } of catalogue.endpoints) expect(text).toContain(`\n  '${template}': {\n`)
    const notifications = files.get('types/notifications.ts')
    for (const { eventType } of catalogue.notifications) {
      expect(notifications).toMatch(
        new RegExp(`^ {2}'${eventType}': (Xml)?Notification<'${eventType}', `, 'm'),
      )
    }
  })
})

describe('a change of the catalogue', { timeout: 60_000 }, () => {
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'catalogue-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const copyWhole = (): void => cpSync(join(ROOT, 'catalog'), join(root, 'catalog'), { recursive: true })

  const payments = (): string => join(root, 'catalog/endpoints/payments.yaml')

  it('that adds an endpoint makes it appear in types, folders, traits and schemas', () => {
    copyWhole()
    appendFileSync(
      payments(),
      `
v3/pay/teapots/{teapot_id}/brew:
  post:
    name: Brew
    docs: [https://pay.weixin.qq.com/doc/v3/merchant/1]
    flags: [deprecated]
    idempotent: json.out_brew_no
    path: { teapot_id: string 茶壶号 }
    json:
      out_brew_no: string 6..32 /^[A-Z\\d]+$/ 茶单号
      tea?: { $label: 茶叶, $enum: [OOLONG, GREEN] }
      price: fen 1.. 茶价
      drinker: encrypted 茶客
    response: { json: { brew_id: string 茶单号, cups?: [{ $label: 茶杯, $items: ..4, size: integer 容积 }] } }
    example: { teapot_id: T1, json: { out_brew_no: BREW01, price: 1, drinker: abc } }
`,
    )
    appendFileSync(
      join(root, 'catalog/glossary.yaml'),
      `
茶壶号: teapot ID
茶单号: { default: brew number, brew_id: brew ID }
茶叶: tea
茶价: price of tea
茶客: drinker
茶杯: cups
容积: capacity
`,
    )
    const changed = loadCatalogue(root)
    const files = filesOf(changed)
    const data = dataOf(changed)
    expect(files.get('types/routes/payments.ts')).toContain(
      `  'v3/pay/teapots/{teapot_id}/brew': {
    /** Brew
     * @see [merchant](https://pay.weixin.qq.com/doc/v3/merchant/1)
     * @deprecated The documentation marks this endpoint as deprecated.
     */
    post: Operation<
      {
        /** 茶壶号 · teapot ID */
        teapot_id: PathValue
        json: {
          /** 茶单号 · brew number; 6–32 characters; matches \`^[A-Z\\d]+$\` */
          out_brew_no: string
          /** 茶叶 · tea */
          tea?: 'OOLONG' | 'GREEN' | (string & {})
          /** 茶价 · price of tea (分 · fen); at least 1 */
          price: number
          /** 茶客 · drinker */
          drinker: Sensitive | Ciphertext
        }
      },
      {
        /** 茶单号 · brew ID */
        brew_id: string
        /** 茶杯 · cups; at most 4 items */
        cups?: {
          /** 容积 · capacity */
          size: number
        }[]
      }
    >
`,
    )
    expect(files.get('types/routes/payments.ts')).toContain(
      "    postAsync: PaymentsRoutes['v3/pay/teapots/{teapot_id}/brew']['post']\n",
    )
    expect(files.get('types/routes/folders.ts')).toContain("\n  'v3/pay/teapots/{teapot_id}': 'brew'\n")
    expect(files.get('lib/catalog/generated/routes.ts')).toContain(
      '\n  teapots/{teapot_id}/brew p idempotent=json.out_brew_no encrypts=json.drinker\n',
    )
    expect(data.get('lib/data/documents/payments.js')).toContain("'post v3/pay/teapots/{teapot_id}/brew'")
    expect(data.get('lib/data/names.js')).toMatch(/\\nBrew\t/)
  })

  /** What is said of a catalogue that has nothing but these entries. */
  const rejected = (endpoints: string, notifications = ''): string => {
    for (const folder of ['endpoints', 'notifications']) {
      rmSync(join(root, 'catalog', folder), { recursive: true, force: true })
      mkdirSync(join(root, 'catalog', folder), { recursive: true })
    }
    for (const file of ['catalog/schema.json', 'catalog/synonyms.yaml']) {
      cpSync(join(ROOT, file), join(root, file))
    }
    writeFileSync(payments(), endpoints)
    writeFileSync(join(root, 'catalog/glossary.yaml'), '商户号: merchant ID\n订单金额: order amount\n')
    if (notifications) writeFileSync(join(root, 'catalog/notifications/payments.yaml'), notifications)
    try {
      loadCatalogue(root)
    } catch (error) {
      return (error as Error).message
    }
    return 'accepted'
  }

  /** An entry of several lines; the facts are on the fourth. */
  const entry = (facts: string, template = 'v3/a/b'): string => `# made up
${template}:
  post:
    ${facts}
    name: A
    docs: [https://pay.weixin.qq.com/doc/v3/merchant/1]
`
  const PLACE = 'catalog/endpoints/payments.yaml:4: v3/a/b › post'

  it('that is in order is accepted', () => {
    expect(rejected(entry('response: { json: { mchid: string 商户号 } }'))).toBe('accepted')
  })

  it('that breaks the format is refused with file, line, entry and field', () => {
    expect(rejected(entry('response: { json: { id: text 商户号 } }'))).toMatch(
      /^catalog\/endpoints\/payments\.yaml:4: v3\/a\/b › post › response › json › id is no leaf: write one of string, .*fen/,
    )
    expect(rejected(entry('respons: { status: 204 }'))).toMatch(
      /^catalog\/endpoints\/payments\.yaml:[34]: v3\/a\/b › post.*respon/,
    )
    expect(rejected(entry('response: { status: 204 }').replace('post:', 'fetch:'))).toMatch(
      /^catalog\/endpoints\/payments\.yaml:3: v3\/a\/b.*fetch/,
    )
  })

  it.each([
    [
      'a placeholder that is not described',
      'response: { status: 204 }',
      '{b} is in the template',
      'v3/a/{b}',
    ],
    [
      'a value that has no placeholder',
      'path: { c: string 商户号 }\n    response: { status: 204 }',
      'path.c is not',
    ],
    [
      'a number that the request does not have',
      'idempotent: json.no\n    json: { mchid: string 商户号 }\n    response: { status: 204 }',
      'idempotent names json.no',
    ],
    ['two kinds of answer', 'response: { status: 204, json: object }', 'response needs exactly one of'],
    [
      'a sign_type that v2 does not take',
      'xml: { mch_id: string 商户号 }\n    response: { xml: { mch_id: string 商户号 } }',
      'signType: none belongs to requests of v2 without a sign_type',
      'v2/a/b',
    ],
    ['no kind of answer', 'response: { errors: { json: object } }', 'response needs exactly one of'],
    [
      'a field without a label',
      'response: { json: { mchid: string } }',
      'mchid has no name: write its Chinese one',
    ],
    [
      'a label without English',
      'response: { json: { mchid: string 茶壶号 } }',
      'mchid is called 茶壶号, which catalog/glossary.yaml has no English for',
    ],
    [
      'alternatives that are no fields',
      'response: { json: { $either: [[mchid], [sp_mchid]], mchid?: string 商户号 } }',
      '$either names sp_mchid, which is no optional field beside it',
    ],
    [
      'alternatives that are required anyway',
      'response: { json: { $either: [[mchid], [appid]], mchid?: string 商户号, appid: string 商户号 } }',
      '$either names appid, which is no optional field beside it',
    ],
  ])('that has %s is refused with file and line', (_, facts, problem, template = 'v3/a/b') => {
    const said = rejected(entry(facts, template))
    expect(said).toContain(problem)
    expect(said).toMatch(/^catalog\/endpoints\/payments\.yaml:\d+: /)
  })

  it('names the very line of a field, however deep', () => {
    const facts = `json:
      mchid: string 商户号
      amount?:
        $label: 订单金额
        total: fen
    response: { status: 204 }`
    expect(rejected(entry(facts))).toBe(
      `${PLACE.replace(':4', ':8')}: total has no name: write its Chinese one behind the type, as in 'string 商户号'`,
    )
  })

  it('of a notification is refused with file and line, too', () => {
    const message = 'A.B:\n  name: A\n  resource:\n    mchid: string\n'
    const good = entry('response: { status: 204 }')
    expect(rejected(good, message)).toMatch(
      /^catalog\/notifications\/payments\.yaml:4: A\.B › resource: mchid has no name/,
    )
    const product =
      'A.B:\n  name: A\n  resource:\n    mchid: string 商户号\n  products:\n    parking: get v3/no/where\n'
    expect(rejected(good, product)).toMatch(
      /^catalog\/notifications\/payments\.yaml:6: A\.B › products: parking is told of as get v3\/no\/where answers/,
    )
    const own = product.replace('get v3/no/where', '{ plate_number: string }')
    expect(rejected(good, own)).toMatch(
      /^catalog\/notifications\/payments\.yaml:6: .*plate_number has no name/,
    )
  })

  it('that has a trailing slash in its template, in either way of writing it, is told where the slash belongs', () => {
    const told = 'leave the trailing slash out of the template, and write wire'
    const facts = 'post: { name: A, response: { status: 204 }'
    expect(rejected(`v3/a/b/: { ${facts} } }`)).toContain(told)
    expect(rejected(`v3/a/{empty}: { ${facts}, literals: { empty: "" } } }`)).toContain(told)
    expect(rejected(`v3/a/b: { ${facts}, wire: v3/a/b/ } }`)).toBe('accepted')
  })

  it('that repeats an endpoint in another family is refused', () => {
    const repeated = 'v3/certificates:\n  get: { name: A, response: { json: object } }\n'
    expect(rejected(repeated)).toBe('accepted')
    writeFileSync(join(root, 'catalog/endpoints/brand.yaml'), repeated)
    expect(() => loadCatalogue(root)).toThrow(
      /^catalog\/endpoints\/payments\.yaml:\d+: .*get v3\/certificates is in brand\.yaml and in payments\.yaml/,
    )
  })

  it('that takes an endpoint of every day away is refused, and so are synonyms that are none', () => {
    copyWhole()
    const file = join(root, 'catalog/synonyms.yaml')
    const text = readFileSync(file, 'utf8')
    const refusal = (from: string | RegExp, to: string): string => {
      writeFileSync(file, text.replace(from, to))
      try {
        dataOf(loadCatalogue(root))
      } catch (error) {
        return (error as Error).message
      }
      return 'accepted'
    }
    expect(refusal('POST v3/pay/transactions/jsapi:', 'POST v3/pay/teapots:')).toBe(
      'catalog/synonyms.yaml: everyday: POST v3/pay/teapots is not in the catalogue',
    )
    expect(refusal(/^words:$/m, 'wrods:')).toContain("the file must have required property 'words'")
    expect(refusal('[退款,', '[退款, 退款,')).toContain('words')
    expect(refusal('[退款,', '[" 退款",')).toContain('words')
  })

  it('that is not generated yet is reported as stale', () => {
    copyWhole()
    const text = readFileSync(payments(), 'utf8')
    writeFileSync(payments(), text.replace('name: 获取平台证书列表', 'name: Certificates'))
    expect(staleFiles(ROOT, filesOf(loadCatalogue(root)))).toEqual(['types/routes/payments.ts'])
  })
})
