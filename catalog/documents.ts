import type { EndpointDocument, NotificationDocument } from '../lib/catalog/document.js'
import { groupBy } from './group.js'
import type { Catalogue, Endpoint, Notification } from './model.js'
import { byEvent } from './notifications.js'
import { quote } from './print.js'
import { type Files, HEADER } from './write.js'

const FOLDER = 'lib/catalog/generated/documents'

/**
 * What the emulator checks requests and makes answers with: a module a family, loaded with the first request that
 * needs it. Each entry is kept as JSON text, so that loading a module does not build what nobody asks for.
 */
export function documentFiles({ endpoints, notifications }: Catalogue): Files {
  const families = groupBy(endpoints, ({ family }) => family)
  const files: Files = new Map()
  for (const [family, members] of families) {
    const entries = members.map((one): [string, unknown] => [`${one.verb} ${one.template}`, documentOf(one)])
    files.set(`${FOLDER}/${family}.ts`, moduleOf(entries))
  }
  const events = [...byEvent(notifications)].map(([event, messages]): [string, unknown] => {
    const documents = messages.map(({ notification, product }) => notificationDocument(notification, product))
    return [event, documents]
  })
  files.set(`${FOLDER}/notifications.ts`, moduleOf(events))
  const routes = endpoints.map(({ verb, template, prefix, wire }): [string, unknown] => {
    return [`${verb} ${template}`, defined({ prefix, wire })]
  })
  files.set(`${FOLDER}/routes.ts`, moduleOf(routes))
  files.set(`${FOLDER}/index.ts`, indexFile([...families.keys()], familyPrefixes(endpoints)))
  return files
}

function documentOf(endpoint: Endpoint): EndpointDocument {
  const { path, query, headers, json, xml, multipart, response, example } = endpoint
  const { certificate, nonceless, unsigned, signedDigest, signType, merchantId, upload, idempotent } =
    endpoint
  return defined({
    ...{ certificate, nonceless, unsigned, signedDigest, signType, merchantId, upload, idempotent },
    ...{ path, query, 'query?': endpoint['query?'], headers, 'headers?': endpoint['headers?'] },
    ...{ json, 'json?': endpoint['json?'], xml, 'xml?': endpoint['xml?'], multipart, response, example },
  }) as unknown as EndpointDocument
}

function notificationDocument(notification: Notification, product: string | undefined): NotificationDocument {
  const { api, modes, resourceType, originalType, summary, associatedData } = notification
  const { verify, cipher, body, ack } = notification
  // A product of its own has its own payload, which the documented one is no example of.
  const shared = product === undefined ? undefined : notification.products?.[product]
  const resource = shared ?? notification.resource
  const example = shared ? undefined : notification.example
  return defined({
    ...{ product, api, modes, resourceType, originalType, summary, associatedData },
    ...{ verify, cipher, body, resource, example, ack },
  }) as unknown as NotificationDocument
}

const defined = (facts: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))

function moduleOf(entries: readonly [key: string, value: unknown][]): string {
  const lines = entries.map(([key, value]) => `  ${quote(key)}: ${quote(JSON.stringify(value))},`)
  return [HEADER, '', 'export const documents: Readonly<Record<string, string>> = {', ...lines, '}', ''].join(
    '\n',
  )
}

/** The shortest beginnings of paths that tell the family. */
function familyPrefixes(endpoints: readonly Endpoint[]): [prefix: string, family: string][] {
  const prefixes = new Map<string, string>()
  for (const { template, family } of endpoints) {
    const segments = template.split('/')
    for (let length = 2; length <= segments.length; length++) {
      const prefix = segments.slice(0, length).join('/')
      const own = endpoints.every(
        (other) => other.family === family || !`${other.template}/`.startsWith(`${prefix}/`),
      )
      if (!own) continue
      prefixes.set(prefix, family)
      break
    }
  }
  return [...prefixes].sort(([a], [b]) => (a < b ? -1 : 1))
}

function indexFile(families: readonly string[], prefixes: readonly [string, string][]): string {
  const loaders = [...families, 'notifications'].map(
    (family) => `  ${/^\w+$/.test(family) ? family : quote(family)}: () => import('./${family}.js'),`,
  )
  return `${HEADER}
import type { EndpointDocument, NotificationDocument, RouteDocument } from '../../document.js'
import type { Verb } from '../../traits.js'

interface Module {
  readonly documents: Readonly<Record<string, string>>
}

const modules: Readonly<Record<string, () => Promise<Module>>> = {
${loaders.join('\n')}
}

const families: Readonly<Record<string, string>> = {
${prefixes.map(([prefix, family]) => `  ${quote(prefix)}: ${quote(family)},`).join('\n')}
}

function familyOf(template: string): string | undefined {
  const segments = template.split('/')
  for (let length = 2; length <= segments.length; length++) {
    const family = families[segments.slice(0, length).join('/')]
    if (family) return family
  }
  return undefined
}

async function entry(family: string | undefined, key: string): Promise<unknown> {
  const module = await modules[family ?? '']?.()
  if (!module || !Object.hasOwn(module.documents, key)) return undefined
  return JSON.parse(module.documents[key] ?? 'null')
}

/** What is documented of an endpoint; \`undefined\` when it is not documented at all. */
export async function endpointDocument(template: string, verb: Verb): Promise<EndpointDocument | undefined> {
  return (await entry(familyOf(template), \`\${verb} \${template}\`)) as EndpointDocument | undefined
}

/** The documented endpoints by verb and template, as \`get v3/certificates\`, with their path on the wire. */
export async function routeDocuments(): Promise<ReadonlyMap<string, RouteDocument>> {
  const { documents } = await import('./routes.js')
  return new Map(Object.entries(documents).map(([key, text]) => [key, JSON.parse(text) as RouteDocument]))
}

/** The messages documented for an event type; for several products there may be several. */
export async function notificationDocuments(eventType: string): Promise<readonly NotificationDocument[]> {
  return ((await entry('notifications', eventType)) ?? []) as readonly NotificationDocument[]
}
`
}
