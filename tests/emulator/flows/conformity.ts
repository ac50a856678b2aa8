import { Ajv, type ErrorObject } from 'ajv'
import { endpointDocument } from '../../../lib/emulator/generated/index.js'
import { documents } from '../../../lib/emulator/generated/notifications.js'
import type { RecordedRequest } from '../../../lib/emulator/index.js'
import { type NotificationDocument, responseSchema } from '../../../lib/routes/document.js'
import { type JsonSchema, toJsonSchema } from '../../../lib/routes/schema.js'
import type { Verb } from '../../../lib/routes/traits.js'

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false })

/** The documented fields and no others. */
function closed(schema: JsonSchema): object {
  const { properties, items, anyOf } = schema
  const fields = Object.entries(properties ?? {}).map(([name, field]) => [name, closed(field)])
  return {
    ...schema,
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
    ...(fields.length > 0 && { properties: Object.fromEntries(fields), additionalProperties: false }),
  }
}

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

/** A payment is told of in the shape that a query has; its event type is shared by other products. */
const PAYMENTS = [
  'v3/pay/transactions/id/{transaction_id}',
  'v3/pay/partner/transactions/id/{transaction_id}',
  'v3/combine-transactions/out-trade-no/{combine_out_trade_no}',
]
/** One page documents merchants and partners: who is meant depends on who called. */
const OF_ONE_MODE = /must have required property '(sp_|sub_)?mchid'/

/** What is wrong with a notification, by the nearest of the messages that its event type is documented with. */
export async function notificationFindings(eventType: string, resource: unknown): Promise<string[]> {
  const all = JSON.parse(documents[eventType] ?? '[]') as readonly NotificationDocument[]
  const paths = eventType === 'TRANSACTION.SUCCESS' ? PAYMENTS : []
  const answers = await Promise.all(paths.map((path) => endpointDocument(path, 'get')))
  const schemas = [
    ...all.flatMap(({ resource: shape }) => (shape ? [toJsonSchema(shape)] : [])),
    ...answers.flatMap((document) => (document && responseSchema(document)) ?? []),
  ]
  const each = schemas.map((schema) => {
    return findings(closed(schema), resource).filter((what) => !OF_ONE_MODE.test(what))
  })
  const [nearest] = each.toSorted((one, other) => one.length - other.length)
  return (nearest ?? ['is not documented']).map((what) => `${eventType}: ${what}`)
}
