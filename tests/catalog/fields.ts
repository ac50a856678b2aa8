/** The fields of the catalogue by where they are: `json.receivers[].name`, `{}` inside a string that carries JSON. */
import type { Catalogue, Endpoint, Notification } from '../../catalog/model.js'
import {
  embedded,
  fieldsOf,
  isCases,
  isEnum,
  isFields,
  isLeaf,
  isList,
  leafOf,
  type Shape,
} from '../../lib/catalog/schema.js'

export interface FieldFact {
  readonly at: string
  readonly name: string
  readonly optional: boolean
  readonly shape: Shape
}

/** Every field of a shape, at every depth. */
export function* fieldsBelow(shape: Shape, at: string): Generator<FieldFact> {
  if (isList(shape)) yield* fieldsBelow(shape[0], `${at}[]`)
  else if (isCases(shape)) for (const one of shape.$oneOf) yield* fieldsBelow(one, at)
  else if (isFields(shape)) {
    for (const field of fieldsOf(shape)) {
      const place = `${at}.${field.name}`
      yield { at: place, ...field }
      yield* fieldsBelow(field.shape, place)
    }
  } else {
    const inner = embedded(shape)
    if (inner) yield* fieldsBelow(inner.shape, `${at}{}`)
  }
}

/** The parts of an endpoint's request, the answer as `response`. */
export function endpointParts(endpoint: Endpoint): { at: string; shape: Shape; optional: boolean }[] {
  const { path, multipart, response } = endpoint
  const parts: [string, Shape | undefined, boolean][] = [
    ...(['query', 'headers', 'json', 'xml'] as const).map((name): [string, Shape | undefined, boolean] => {
      return [name, endpoint[name] ?? endpoint[`${name}?`], endpoint[name] === undefined]
    }),
    ['path', path, false],
    ['multipart', multipart, false],
    ['response', response.json ?? response.xml, false],
  ]
  return parts.flatMap(([at, shape, optional]) => (shape ? [{ at, shape, optional }] : []))
}

export function notificationParts({ body, resource, ack }: Notification): { at: string; shape: Shape }[] {
  const parts: [string, Shape | undefined][] = [
    ['body', body],
    ['resource', resource],
    ['ack', ack?.json],
  ]
  return parts.flatMap(([at, shape]) => (shape ? [{ at, shape }] : []))
}

/** The part or the field at a place of an endpoint (`POST v3/…`) or of a notification (`NOTIFY TRANSACTION.FAIL`). */
export function factAt(catalogue: Catalogue, id: string, at: string): Omit<FieldFact, 'name'> | undefined {
  const [verb = '', subject = ''] = id.split(' ')
  const parts = partsOf(catalogue, verb, subject)
  const part = parts.find((one) => one.at === at)
  if (part) return { optional: false, ...part }
  const root = parts.find((one) => at.startsWith(`${one.at}.`) || at.startsWith(`${one.at}[`))
  if (!root) return undefined
  return [...fieldsBelow(root.shape, root.at)].find((field) => field.at === at)
}

function partsOf({ endpoints, notifications }: Catalogue, verb: string, subject: string) {
  if (verb === 'NOTIFY') {
    const notification = notifications.find(({ eventType }) => eventType === subject)
    if (!notification) throw new Error(`no notification is called ${subject}`)
    return notificationParts(notification)
  }
  const endpoint = endpoints.find((one) => one.template === subject && one.verb === verb.toLowerCase())
  if (!endpoint) throw new Error(`there is no ${verb} ${subject}`)
  return endpointParts(endpoint)
}

/** `string`, `integer`, `encrypted` …, `list`, `enum`, `object`. */
export function typeName(shape: Shape): string {
  if (isLeaf(shape)) return leafOf(shape).type
  if (isList(shape)) return 'list'
  return isEnum(shape) ? 'enum' : 'object'
}
