import { groupBy } from './group.js'
import { keyOf, type Type } from './ir.js'
import { fieldDoc, jsdoc } from './jsdoc.js'
import type { Catalogue, Endpoint } from './model.js'
import { notificationRoots, notificationsFile } from './notifications.js'
import { requestType, responseType } from './operations.js'
import { createPrinter, declare, type Printer } from './print.js'
import { type Context, findShared, type Shared } from './shared-types.js'
import { pascal, singular, subjects } from './type-names.js'
import { type Files, HEADER } from './write.js'

interface Operation {
  readonly endpoint: Endpoint
  readonly request: Type
  readonly response: Type
}

const XML_VALUE = `/** A value of a v2 request, which travels as text. */
export type XmlValue = string | number`

/** `types/routes.ts`, `types/routes/<family>.ts`, `types/models.ts` and `types/notifications…`. */
export function typeFiles({ endpoints, notifications, glossary }: Catalogue): Files {
  const operations = endpoints.map((endpoint): Operation => {
    return { endpoint, request: requestType(endpoint), response: responseType(endpoint) }
  })
  const shared = findShared([...operations.flatMap(rootsOf), ...notificationRoots(notifications)])
  const printer = createPrinter(
    (type) => shared.get(keyOf(type))?.name,
    (field) => fieldDoc(field, glossary),
  )
  const families = [...new Set(endpoints.map(({ family }) => family))]
  const declarations = (family: string | undefined): string[] =>
    [...shared.values()]
      .filter((one) => one.family === family)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, type }) => declare(name, type, printer))
  const withImports = (body: string, home: string | undefined, depth: string): string =>
    [HEADER, ...imports(body, shared, home, depth), '', body, ''].join('\n')

  const files: Files = new Map()
  files.set(
    'types/models.ts',
    withImports([XML_VALUE, ...declarations(undefined)].join('\n\n'), undefined, './'),
  )
  for (const family of families) {
    const body = [
      ...declarations(family),
      routesInterface(
        family,
        operations.filter(({ endpoint }) => endpoint.family === family),
        printer,
      ),
    ].join('\n\n')
    files.set(`types/routes/${family}.ts`, withImports(body, family, '../'))
  }
  files.set('types/routes.ts', routesFile(families))
  for (const [path, body] of notificationsFile(notifications, printer, declarations)) {
    files.set(path, withImports(body.text, body.family, body.depth))
  }
  return files
}

/** The parts of an operation that may be shared; the request object itself is printed in full at its route. */
function rootsOf({ endpoint, request, response }: Operation): { type: Type; context: Context }[] {
  const { family, template } = endpoint
  const [own = 'call', ...around] = subjects(template).map(singular)
  const parts = typeof request === 'object' && 'fields' in request ? request.fields : []
  return [
    ...parts.map(({ name, type }) => {
      const trail = [`${own}_${PARTS[name] ?? name}`, ...around]
      return { type, context: { family, trail, side: 'Request' as const } }
    }),
    { type: response, context: { family, trail: [`${own}_response`, ...around], side: 'Response' } },
  ]
}

/** What a part is called in the name of its type. */
const PARTS: Readonly<Record<string, string>> = { json: 'request', xml: 'request', multipart: 'parts' }

function routesInterface(family: string, operations: readonly Operation[], printer: Printer): string {
  const templates = groupBy(operations, ({ endpoint }) => endpoint.template)
  const entries = [...templates].map(([template, verbs]) => {
    const lines = verbs.flatMap(({ endpoint, request, response }) => {
      const comment = jsdoc(endpoint, '    ')
      const twin = `    ${endpoint.verb}Async: ${pascal(family)}Routes['${template}']['${endpoint.verb}']`
      // A redirect is never called, so it has no twin; the others repeat their JSDoc, which follows a property's name.
      const twins = response === 'never' ? [] : [`${comment}\n${twin}`]
      const head = `    ${endpoint.verb}: Operation<`
      const line = `${head}${printer.expand(request, 4, 0)}, ${printer.print(response, 4, 0)}>`
      if (line.length <= 110 && !line.includes('\n')) return [`${comment}\n${line}`, ...twins]
      const args = [printer.expand(request, 6, 6), printer.print(response, 6, 6)]
      return [`${comment}\n${head}\n      ${args.join(',\n      ')}\n    >`, ...twins]
    })
    return `  '${template}': {\n${lines.join('\n')}\n  }`
  })
  return `export interface ${pascal(family)}Routes {\n${entries.join('\n')}\n}`
}

function routesFile(families: readonly string[]): string {
  const name = (family: string): string => `${pascal(family)}Routes`
  return [
    HEADER,
    ...families.map((family) => `import type { ${name(family)} } from './routes/${family}.js'`),
    '',
    '/** Every documented endpoint by path template and verb: the one source of all styles of calling. */',
    `export interface Routes\n  extends ${families.map(name).join(',\n    ')} {}`,
    '',
  ].join('\n')
}

const OPERATION_TYPES = ['Ciphertext', 'FilePart', 'Operation', 'PathValue', 'Sensitive']

function imports(
  body: string,
  shared: ReadonlyMap<string, Shared>,
  home: string | undefined,
  depth: string,
): string[] {
  const used = new Set(body.match(/\b[A-Z]\w+\b/g))
  const models = [...shared.values()].filter((one) => one.family === undefined && used.has(one.name))
  const list = (names: readonly string[], from: string): string[] => {
    if (names.length === 0) return []
    const line = `import type { ${names.join(', ')} } from '${from}'`
    if (line.length <= 110) return [line]
    return [`import type {\n${names.map((name) => `  ${name},`).join('\n')}\n} from '${from}'`]
  }
  const named = [...models.map((one) => one.name), ...(used.has('XmlValue') ? ['XmlValue'] : [])].sort()
  const names = home === undefined ? [] : named
  return [
    ...(used.has('Buffer') ? ["import type { Buffer } from 'node:buffer'"] : []),
    ...list(names, `${depth}models.js`),
    ...list(
      OPERATION_TYPES.filter((name) => used.has(name)),
      `${depth}operation.js`,
    ),
  ]
}
