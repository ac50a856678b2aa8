import { Ajv, type ErrorObject } from 'ajv'
import { endpointDocument, type NotificationDocument, responseSchema } from '../../../lib/catalog/document.js'
import { toJsonSchema } from '../../../lib/catalog/schema.js'
import type { Verb } from '../../../lib/catalog/traits.js'
import { documents } from '../../../lib/data/documents/notifications.js'
import type { RecordedRequest } from '../../../lib/emulator/index.js'
import { closed } from '../../catalog/closed.js'

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false })

const told = ({ instancePath, message, params }: ErrorObject): string =>
  `${instancePath} ${message} ${params.additionalProperty ?? ''}`.trim()

function findings(schema: object, value: unknown): string[] {
  const validate = ajv.compile(schema)
  return validate(value) ? [] : (validate.errors ?? []).map(told)
}

/** What is wrong with an answer, by the catalogue's schema of its endpoint. */
export async function answerFindings({ method, template, answer }: RecordedRequest): Promise<string[]> {
  if (!template || !answer || answer.status !== 200 || !answer.body.startsWith('{')) return []
  const document = await endpointDocument(template, method.toLowerCase() as Verb)
  const schema = document && responseSchema(document)
  if (!schema) return []
  return findings(closed(schema), JSON.parse(answer.body)).map((what) => `${method} ${template}: ${what}`)
}

/** What is wrong with a notification, by the nearest of the messages that its event type is documented with. */
export function notificationFindings(eventType: string, resource: unknown): string[] {
  const all = JSON.parse(documents[eventType] ?? '[]') as readonly NotificationDocument[]
  const schemas = all.flatMap(({ resource: shape }) => (shape ? [toJsonSchema(shape)] : []))
  const each = schemas.map((schema) => findings(closed(schema), resource))
  const [nearest] = each.toSorted((one, other) => one.length - other.length)
  return (nearest ?? ['is not documented']).map((what) => `${eventType}: ${what}`)
}
