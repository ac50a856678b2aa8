import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import { parse } from 'yaml'
import type { Verb } from '../lib/routes/traits.js'
import { checkEndpoint } from './check.js'
import { loadGlossary } from './glossary.js'
import type { Catalogue, Endpoint, EndpointFacts, Notification, NotificationFacts } from './model.js'

type RouteFile = Readonly<Record<string, Readonly<Partial<Record<Verb, EndpointFacts>>>>>
type NotificationFile = Readonly<Record<string, NotificationFacts>>

/** Reads `catalog/` below `root`, validated against `schema.json`, in a stable order. */
export function loadCatalogue(root: string): Catalogue {
  const schema = JSON.parse(readFileSync(join(root, 'catalog', 'schema.json'), 'utf8'))
  const ajv = new Ajv({ allErrors: true, strictTypes: false })
  ajv.addSchema(schema, 'catalogue')
  const read = (folder: string, family: string): unknown => {
    const file = join('catalog', folder, `${family}.yaml`)
    const data: unknown = parse(readFileSync(join(root, file), 'utf8'))
    const validate = ajv.getSchema(`catalogue#/definitions/${folder}`)
    if (!validate) throw new Error(`catalog/schema.json has no definition of ${folder}`)
    if (!validate(data)) throw new Error(explain(file, validate.errors ?? []))
    return data
  }
  const endpoints = familiesIn(root, 'endpoints').flatMap((family) =>
    endpointsOf(family, read('endpoints', family) as RouteFile),
  )
  const notifications = familiesIn(root, 'notifications').flatMap((family) =>
    notificationsOf(family, read('notifications', family) as NotificationFile),
  )
  rejectDuplicates(endpoints)
  for (const endpoint of endpoints) checkEndpoint(endpoint)
  return { endpoints, notifications, glossary: loadGlossary(root) }
}

const familiesIn = (root: string, folder: string): string[] =>
  readdirSync(join(root, 'catalog', folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()

function endpointsOf(family: string, file: RouteFile): Endpoint[] {
  return Object.entries(file).flatMap(([template, verbs]) =>
    Object.entries(verbs).map(([verb, facts]): Endpoint => {
      const api = template.startsWith('v2/') ? 'v2' : 'v3'
      return { ...facts, family, template, verb: verb as Verb, api }
    }),
  )
}

function notificationsOf(family: string, file: NotificationFile): Notification[] {
  return Object.entries(file).map(([eventType, facts]) => {
    return { ...facts, family, eventType, api: facts.body ? 'v2' : 'v3' }
  })
}

function rejectDuplicates(endpoints: readonly Endpoint[]): void {
  const seen = new Map<string, string>()
  for (const { verb, template, family } of endpoints) {
    const key = `${verb} ${template}`
    const other = seen.get(key)
    if (other) throw new Error(`catalog/endpoints: ${key} is in ${other}.yaml and in ${family}.yaml`)
    seen.set(key, family)
  }
}

/** Names the entry and the field of the deepest error, which is the one that tells what to do. */
function explain(file: string, errors: readonly ErrorObject[]): string {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length
  const [first] = [...errors].sort((a, b) => depth(b) - depth(a))
  if (!first) return `${file} is not a valid catalogue file`
  const path = first.instancePath
    .split('/')
    .slice(1)
    .concat(first.propertyName ?? [])
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join(' › ')
  const params = Object.entries(first.params)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')
  return `${file}: ${path || 'the file'} ${first.message ?? 'is invalid'} (${params})`
}
