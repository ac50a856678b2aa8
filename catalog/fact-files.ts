import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFields, type Shape } from '../lib/catalog/schema.js'

/** A schema as the fact files write it: JSON Schema with a few annotations of their own. */
export interface FactSchema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array'
  readonly title?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, FactSchema>>
  readonly items?: FactSchema
  readonly enum?: readonly (string | number)[]
  readonly format?: 'binary'
  readonly encrypted?: true
  readonly cipher?: string
  readonly contentMediaType?: string
  readonly contentSchema?: FactSchema
  readonly oneOf?: readonly FactSchema[]
}

/** One line of `endpoints.jsonl`. */
export interface EndpointRecord {
  readonly api: 'v2' | 'v3'
  readonly method: string
  readonly path: string
  readonly name: string
  readonly docs?: readonly string[]
  readonly tags?: readonly string[]
  readonly modes?: readonly string[]
  readonly flags?: readonly string[]
  readonly pathParams: readonly string[]
  readonly pathSchema?: Readonly<Record<string, FactSchema>>
  readonly required: readonly string[]
  readonly query: FactSchema | null
  readonly headers: FactSchema | null
  readonly json: FactSchema | null
  readonly xml: FactSchema | null
  readonly multipart: FactSchema | null
  readonly response: {
    readonly kind: 'json' | 'xml' | 'binary' | 'none' | 'text'
    readonly schema?: FactSchema | null
    readonly errorSchema?: FactSchema | null
  }
  readonly example?: { readonly request?: Readonly<Record<string, unknown>> | null }
}

/** One line of `notifications.jsonl`. */
export interface NotificationRecord {
  readonly api: 'v2' | 'v3'
  readonly event_type: string
  readonly name: string
  readonly docs?: readonly string[]
  readonly body: FactSchema | null
  readonly resource: FactSchema | null
  readonly ack?: { readonly body?: FactSchema | null }
}

/** One line of `corrections.jsonl`; only those that no schema can hold are read. */
export interface Correction {
  readonly id: string
  readonly at: string
  readonly change: string
  readonly value?: unknown
}

/** The fact files of one folder, by the id of what they are about. */
export interface Facts {
  readonly endpoints: ReadonlyMap<string, EndpointRecord>
  readonly notifications: ReadonlyMap<string, NotificationRecord>
  readonly labels: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly corrections: readonly Correction[]
}

export function readFacts(folder: string): Facts {
  const lines = <Line>(name: string): Line[] =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
  const endpoints = lines<EndpointRecord>('endpoints.jsonl')
  const notifications = lines<NotificationRecord>('notifications.jsonl')
  const labels = lines<{ id: string; labels: Record<string, string> }>('labels.jsonl')
  return {
    endpoints: new Map(endpoints.map((one) => [`${one.method} ${one.path}`, one])),
    notifications: new Map(notifications.map((one) => [notificationId(one.api, one.event_type), one])),
    labels: new Map(labels.map((one) => [one.id, one.labels])),
    corrections: lines<Correction>('corrections.jsonl'),
  }
}

export const notificationId = (api: 'v2' | 'v3', eventType: string): string =>
  api === 'v2' ? `NOTIFY v2/${eventType}` : `NOTIFY ${eventType}`

/** The name of a field at a path, as the pages give it. */
export type Labels = (at: string) => string | undefined

/** The shape that a fact schema stands for, in the notation of the catalogue. `at` is its path: `json.amount.total`. */
export function shapeOf(schema: FactSchema, labels: Labels, at: string): Shape {
  // A list is named at its item.
  const label = labels(at.replace(/(\[\])+$/, ''))
  if (schema.type === 'array') return [shapeOf(schema.items ?? { type: 'object' }, labels, `${at}[]`)]
  const compound = compoundOf(schema, labels, at)
  if (compound) return { ...(label && { $label: label }), ...compound } as Shape
  const type = schema.encrypted && !schema.cipher ? 'encrypted' : (schema.format ?? schema.type ?? 'string')
  return (label ? `${type} ${label}` : type) as Shape
}

function compoundOf(schema: FactSchema, labels: Labels, at: string): object | undefined {
  if (schema.oneOf) {
    const cases = schema.oneOf.map((one) => {
      const shape = shapeOf(one, () => undefined, at)
      const fields = isFields(shape) ? (compoundOf(one, labels, at) ?? {}) : shape
      return one.title && typeof fields === 'object' ? { $case: one.title, ...fields } : fields
    })
    return { $oneOf: cases }
  }
  if (schema.contentSchema) {
    const inner = shapeOf(schema.contentSchema, labels, `${at}{}`)
    return schema.contentMediaType === 'application/json' ? { $json: inner } : { $form: inner }
  }
  const { properties = {}, required = [] } = schema
  if (Object.keys(properties).length > 0) {
    const entries = Object.entries(properties).map(([name, field]) => {
      return [required.includes(name) ? name : `${name}?`, shapeOf(field, labels, `${at}.${name}`)] as const
    })
    return Object.fromEntries(entries)
  }
  return schema.enum && schema.enum.length > 0 ? { $enum: schema.enum } : undefined
}
