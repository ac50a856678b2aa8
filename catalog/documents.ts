import type { EndpointDocument, NotificationDocument } from '../lib/catalog/document.js'
import { groupBy } from './group.js'
import type { Catalogue, Endpoint, Notification } from './model.js'
import { byEvent } from './notifications.js'
import { quote } from './print.js'
import { DATA_HEADER, type Files } from './write.js'

const FOLDER = 'lib/data/documents'

/**
 * The documents that requests are checked with and the emulator makes responses of: a module for each family, loaded with
 * the first request that needs it. An entry is JSON text, which is parsed when that entry is needed.
 */
export function documentFiles({ endpoints, notifications }: Catalogue): Files {
  const families = groupBy(endpoints, ({ family }) => family)
  const files: Files = new Map()
  for (const [family, members] of families) {
    const entries = members.map((one): [string, unknown] => [`${one.verb} ${one.template}`, documentOf(one)])
    files.set(`${FOLDER}/${family}.js`, moduleOf(entries))
  }
  const events = [...byEvent(notifications)].map(([event, messages]): [string, unknown] => {
    const documents = messages.map(({ notification, product }) => notificationDocument(notification, product))
    return [event, documents]
  })
  files.set(`${FOLDER}/notifications.js`, moduleOf(events))
  const routes = endpoints.map(({ verb, template, prefix, wire }): [string, unknown] => {
    return [`${verb} ${template}`, defined({ prefix, wire })]
  })
  files.set(`${FOLDER}/routes.js`, moduleOf(routes))
  files.set(`${FOLDER}/index.js`, indexFile([...families.keys()], familyPrefixes(endpoints)))
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
  // The documented example is one of the first message, whose payload a product does not share.
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
  return [DATA_HEADER, 'export const documents = {', ...lines, '}', ''].join('\n')
}

/** The shortest beginnings of paths that belong to one family alone. */
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

/** The modules by family, and the families by the beginnings of their paths. */
function indexFile(families: readonly string[], prefixes: readonly [string, string][]): string {
  return [
    DATA_HEADER,
    'export const modules = {',
    ...families.map((family) => `  ${quote(family)}: () => import('./${family}.js'),`),
    '}',
    'export const families = {',
    ...prefixes.map(([prefix, family]) => `  ${quote(prefix)}: ${quote(family)},`),
    '}',
    '',
  ].join('\n')
}
