import { VerificationError } from '../errors.js'
import type { Signer } from '../identity.js'
import { authorize } from '../protocols/v3/v3.js'
import { type Acknowledgement, acknowledgementOf, asksForAnswer, asksForSignature, SUCCESS } from './ack.js'
import { startDeadline, untilAborted } from './deadline.js'
import type { NotificationEvent, PlainEvent } from './event.js'
import { type NotificationReceipt, publishReceipt } from './events.js'
import { handlerFinder, type NotificationHandlers } from './handlers.js'
import { BodyProblem, type Incoming } from './incoming.js'
import { createMemory } from './memory.js'
import { createOnce } from './once.js'
import { isXml, type ReceivedNotification } from './parse.js'
import { checkOptions, type ReceiverOptions } from './receiver-options.js'
import { accept, type Reply, refuse } from './reply.js'

/** What a receiver is made with. */
export interface Receiving {
  readonly signer: Signer
  readonly parse: (received: ReceivedNotification) => Promise<NotificationEvent>
}

/** An answer other than SUCCESS that a handler returned: it goes out, and the notification has failed. */
class Declined extends Error {
  override readonly name = 'Declined'
  readonly ack: Acknowledgement

  constructor(eventType: string, ack: Acknowledgement) {
    super(`The handler of ${eventType} answered ${String(ack.code)}`)
    this.ack = ack
  }
}

/** From request to answer; `undefined` when nobody waits for one. Never rejects. */
export function createReceive(
  { signer, parse }: Receiving,
  handlers: NotificationHandlers,
  options: ReceiverOptions = {},
): (incoming: Incoming) => Promise<Reply | undefined> {
  const { store = createMemory(), timeout, limit } = checkOptions(options)
  const find = handlerFinder(handlers)
  const forgotten = (event: PlainEvent, error: unknown): void =>
    publishReceipt({ ...factsOf(event), type: 'failed', status: undefined, error })
  const account = signer.brandId === undefined ? signer.mchid : `brand:${signer.brandId}`
  const once = createOnce({ store, account, forgotten })

  async function handle(event: PlainEvent, signal: AbortSignal) {
    const handler = find(event)
    if (!handler && !asksForAnswer(event.event_type)) return { ack: undefined, type: 'unhandled' } as const
    const run = async (): Promise<Acknowledgement | undefined> => {
      const ack = acknowledgementOf(event.event_type, await handler?.(event, { signal }))
      if (ack && ack.code !== SUCCESS) throw new Declined(event.event_type, ack)
      return ack
    }
    const { ack, repeated } = await once(event, run, signal)
    return { ack, type: repeated ? 'repeated' : 'handled' } as const
  }

  async function sign(reply: Reply, { event_type }: PlainEvent, url: string): Promise<Reply> {
    if (!asksForSignature(event_type)) return reply
    const { authorization } = await authorize(signer, { method: 'POST', url, body: reply.body })
    return { ...reply, headers: { ...reply.headers, Authorization: authorization } }
  }

  return async ({ method, url, headers, read }) => {
    if (method !== 'POST') return refuse(405, false)
    const { signal, end } = startDeadline(timeout)
    let xml = false
    let event: PlainEvent | undefined
    try {
      const body = await read(limit, signal)
      xml = isXml(body)
      event = await untilAborted<PlainEvent>(parse({ headers, body }), signal)
      const { ack, type } = await handle(event, signal)
      const reply = await sign(accept(xml, ack), event, url)
      publishReceipt({ ...factsOf(event), type, status: reply.status })
      return reply
    } catch (error) {
      const { type, status } = judge(error, event)
      publishReceipt({ ...factsOf(event), type, status, error })
      const declined = error instanceof Declined ? error.ack : undefined
      return status === undefined ? undefined : refuse(status, xml, declined)
    } finally {
      end()
    }
  }
}

function factsOf(event: PlainEvent | undefined): Pick<NotificationReceipt, 'event_type' | 'id'> {
  if (!event) return {}
  const { event_type, id } = event
  return { event_type, ...(id !== undefined && { id }) }
}

/** Before there is an event, an error may be the sender's; afterwards it is always ours. */
function judge(error: unknown, event: PlainEvent | undefined): Pick<NotificationReceipt, 'type' | 'status'> {
  if (error instanceof BodyProblem) return { type: 'refused', status: error.status }
  if (event || !(error instanceof VerificationError)) return { type: 'failed', status: 500 }
  return { type: 'refused', status: error.code === 'ANSWER_INVALID' ? 400 : 401 }
}
