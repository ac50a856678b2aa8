import { beijingTime } from '../../beijing-time.js'
import { type Fields, objectOf, type Schema } from './operation.js'

/** A text, with what it means. */
export const text = (description?: string): Schema => ({
  type: 'string',
  ...(description && { description }),
})
export const number = (description?: string): Schema => ({
  type: 'number',
  ...(description && { description }),
})
export const integer = (description?: string): Schema => ({
  type: 'integer',
  ...(description && { description }),
})
export const flag = (description?: string): Schema => ({
  type: 'boolean',
  ...(description && { description }),
})
export const object = (description?: string): Schema => ({
  type: 'object',
  ...(description && { description }),
})
export const listOf = (items: Schema): Schema => ({ type: 'array', items })
export const nothing: Schema = { type: 'null' }
/** One of the {@link COMPONENTS}. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

const headers = object('By lower-case name.')
const milliseconds = number('Milliseconds since 1970, by the clock of the emulator.')
const pathPattern = text('A path or template; a {placeholder} stands for any one segment, * for every path.')

/** The fields of a scripted failure. */
export const FAULT_FIELDS: Fields = {
  'path?': pathPattern,
  'notification?': text(
    'In place of a path: the event type of notifications that fail, or * for all of them.',
  ),
  'method?': text('Any method when absent.'),
  'status?': integer('The HTTP status of the response.'),
  'code?': text('An error code such as PARAM_ERROR.'),
  'message?': text(),
  'detail?': object(),
  'headers?': object('Headers added to the response, such as Retry-After.'),
  'times?': integer('The number of requests that fail; all of them when absent.'),
  'probability?': number('From 0 to 1; always when absent.'),
  'fault?': {
    description:
      'What is wrong with the response itself: forged-signature, tampered, drop … or { delay }; of a notification also lost, duplicate, reorder.',
    anyOf: [text(), objectOf({ delay: number('Milliseconds.') })],
  },
}

export const LIMIT_FIELDS: Fields = {
  'path?': pathPattern,
  'method?': text('Any method when absent.'),
  rate: number('Requests a second.'),
}

const rule = { id: text('Ends it alone, by recover.'), hits: integer('The requests that it has hit.') }

const SHORT_REQUEST = {
  id: integer('Counts up.'),
  method: text(),
  url: text('Path and query as on the request line.'),
  'template?': text('The documented path; absent where none is.'),
  verified: flag('Whether the signature is genuine.'),
  'problem?': text('The reason why it is not.'),
  time: milliseconds,
}

const SHORT_ATTEMPT = {
  time: milliseconds,
  'status?': integer(),
  'error?': text('The reason why there was no response.'),
  'probe?': flag(),
}

const SHORT_DELIVERY = {
  id: text('Sends it again, by resend.'),
  event_type: text(),
  url: text(),
  done: flag('Whether a receiver accepted it, or it was given up.'),
  'next?': number('When it is sent again by itself.'),
  'problem?': text('The reason why it was not sent at all.'),
}

/** The objects that results are made of, by the name that the document gives them. */
export const COMPONENTS: Fields = {
  Problem: objectOf({ message: text('What is wrong, and what to do about it.') }),
  Receipt: objectOf({
    status: integer('The HTTP status that the receiver responded with.'),
    body: text('Empty when the receiver is not on the machine of the emulator.'),
  }),
  Payment: objectOf({
    transaction_id: text(),
    trade_state: text(),
    'notified?': ref('Receipt'),
  }),
  SignedNotification: objectOf({
    headers: object(),
    body: text('Send these very bytes: the signature covers them.'),
  }),
  ShortRequest: objectOf({
    ...SHORT_REQUEST,
    'issue?': text(),
    'said?': text(),
    'status?': integer('Of the response; absent until there is one.'),
    'duration?': number('Milliseconds.'),
    'code?': text('The error code of the response.'),
    'field?': text('The field that an error names.'),
  }),
  Request: objectOf({
    ...SHORT_REQUEST,
    path: text(),
    query: object(),
    headers,
    body: text('UTF-8, or one character a byte when it is not valid UTF-8.'),
    message: text('The message that the signature should cover.'),
    'diagnosis?': object('What the client signed instead, as far as that can be found out.'),
    'decrypted?': object('The encrypted fields in clear, by JSON pointer.'),
    'answer?': objectOf({ status: integer(), headers, body: text(), duration: number('Milliseconds.') }),
  }),
  Order: objectOf({
    mchid: text(),
    number: text('out_trade_no, combine_out_trade_no, out_bill_no or out_order_no.'),
    kind: text(),
    state: text(),
    'amount?': integer('In fen.'),
    'time?': milliseconds,
    'ended?': number('When it was paid or ended.'),
    'reason?': text('The fail_reason of a transfer.'),
    'action?': text('The operation that a user would do next: pay or confirm.'),
  }),
  Refund: objectOf({
    mchid: text(),
    number: text('out_refund_no.'),
    out_trade_no: text(),
    state: text('PROCESSING, SUCCESS, ABNORMAL or CLOSED.'),
    amount: integer('In fen.'),
    total: integer('Of the order, in fen.'),
    time: milliseconds,
    'ended?': number('When it succeeded.'),
  }),
  Complaint: objectOf({
    mchid: text(),
    complaint_id: text(),
    out_trade_no: text(),
    amount: integer('In fen.'),
    detail: text("The complaint in the user's words."),
    state: text('PENDING, PROCESSING or PROCESSED.'),
    replies: listOf(text()),
    time: milliseconds,
  }),
  ShortDelivery: objectOf({ ...SHORT_DELIVERY, attempts: listOf(objectOf(SHORT_ATTEMPT)) }),
  Delivery: objectOf({
    ...SHORT_DELIVERY,
    'body?': text('The notification; absent where it was not sent at all.'),
    'resource?': text('Its encrypted part in clear.'),
    attempts: listOf(
      objectOf({ ...SHORT_ATTEMPT, 'answer?': text("The beginning of the receiver's response.") }),
    ),
  }),
  Fault: objectOf({ ...rule, ...FAULT_FIELDS }),
  Limit: objectOf({ ...rule, ...LIMIT_FIELDS }),
  Merchant: objectOf({
    mchid: text(),
    serial: text("Serial number of the merchant's certificate."),
    privateKey: text('PEM.'),
    certs: object('The keys of WeChat Pay by id, as PEM.'),
    apiv3Key: text(),
    secret: text('The APIv2 key.'),
    'merchant?': objectOf({ cert: text('PEM.'), key: text('PEM.') }),
    'ca?': text('PEM; HTTPS only.'),
    baseURL: text(),
  }),
  Brand: objectOf({
    brandId: text(),
    serial: text(),
    privateKey: text('PEM.'),
    certs: object('The key of WeChat Pay by id, as PEM.'),
    brandApiKey: text(),
    'ca?': text('PEM; HTTPS only.'),
    baseURL: text(),
  }),
  Time: objectOf({ time: milliseconds, text: text('The same time in Beijing.') }),
}

/** The input that names a merchant. */
export const MERCHANT_FIELD: Fields = {
  'mchid?': text('The merchant that is meant; that with such a number, or else the first, when absent.'),
}

/** The inputs that choose one of several messages of an event type. */
export const MESSAGE_CHOICE: Fields = {
  'api?': text('v2 or v3, for an event type that both have; v3 when absent.'),
  'product?': text('For an event type that several products share.'),
}

/** A time, as a result. */
export const timeOf = (time: number): object => ({ time, text: beijingTime(time) })
