import { VerificationError } from '../errors.js'
import { type Account, privateKeyOf, type Signer } from '../identity.js'
import { createAuthorize } from '../protocols/v3/v3.js'
import {
  type Acknowledgement,
  acceptedResponse,
  acknowledgementOf,
  HandlerRefusal,
  hasOwnResponse,
  type NotificationResponse,
  needsSignature,
  refusedResponse,
} from './ack.js'
import { startDeadline, untilAborted } from './deadline.js'
import type { NotificationEvent, PlainEvent } from './event.js'
import { handlerFinder, type NotificationHandlers } from './handlers.js'
import { createOnce } from './once.js'
import { isXml, type ReceivedNotification } from './parse.js'
import { type NotificationReceipt, publishReceipt } from './receipts.js'
import { checkOptions, type ReceiverOptions } from './receiver-options.js'
import { BodyError, type NotificationRequest } from './request.js'

/** What a client gives its receivers. */
export interface ReceiverContext {
  readonly account: Account
  /** Under which name events are remembered. */
  readonly storeName: string
  readonly parse: (received: ReceivedNotification) => Promise<NotificationEvent>
  /** Whether the client has the keys for notifications of APIv2, and of APIv3. */
  readonly reads: Readonly<Record<'xml' | 'json', boolean>>
}

/** Receives a request; resolves to `undefined` when the sender has closed the connection. Never rejects. */
export type Receive = (request: NotificationRequest) => Promise<NotificationResponse | undefined>

/** The way of a notification: read, parse (verify and decrypt), handle once, respond, publish what became of it. */
export function createReceive(
  { account, storeName, parse, reads }: ReceiverContext,
  handlers: NotificationHandlers,
  options: ReceiverOptions = {},
): Receive {
  const { store, timeout, limit } = checkOptions(options)
  const handlerOf = handlerFinder(handlers)
  const once = createOnce({
    store,
    account: storeName,
    onStoreError: (event, error) =>
      publishReceipt({ ...namesOf(event), type: 'failed', status: undefined, error }),
  })

  async function handle(event: PlainEvent, signal: AbortSignal) {
    const handler = handlerOf(event)
    if (!handler && !hasOwnResponse(event.event_type)) return { ack: undefined, type: 'unhandled' } as const
    // Before the handler is called: without a signature the event would come again.
    if (needsSignature(event.event_type)) privateKeyOf(account, `The response to ${event.event_type}`)
    const run = async (): Promise<Acknowledgement | undefined> => {
      return acknowledgementOf(event.event_type, await handler?.(event, { signal }))
    }
    const { ack, repeated } = await once(event, run, signal)
    return { ack, type: repeated ? 'repeated' : 'handled' } as const
  }

  async function sign(
    response: NotificationResponse,
    { event_type }: PlainEvent,
    url: string,
  ): Promise<NotificationResponse> {
    if (!needsSignature(event_type)) return response
    const { authorization } = await createAuthorize(account as Signer)('POST', url, response.body)
    return { ...response, headers: { ...response.headers, Authorization: authorization } }
  }

  return async ({ method, url, headers, read }) => {
    if (method !== 'POST') return refusedResponse(405, false)
    const { signal, end } = startDeadline(timeout)
    let xml = false
    let event: PlainEvent | undefined
    try {
      const body = await read(limit, signal)
      xml = isXml(body)
      event = await untilAborted<PlainEvent>(parse({ headers, body }), signal)
      const { ack, type } = await handle(event, signal)
      const response = await sign(acceptedResponse(xml, ack), event, url)
      publishReceipt({ ...namesOf(event), type, status: response.status })
      return response
    } catch (error) {
      const { type, status } = classify(error, event, !reads[xml ? 'xml' : 'json'])
      publishReceipt({ ...namesOf(event), type, status, error })
      const ack = error instanceof HandlerRefusal ? error.ack : undefined
      return status === undefined ? undefined : refusedResponse(status, xml, ack)
    } finally {
      end()
    }
  }
}

function namesOf(event: PlainEvent | undefined): Pick<NotificationReceipt, 'event_type' | 'id'> {
  if (!event) return {}
  const { event_type, id } = event
  return { event_type, ...(id !== undefined && { id }) }
}

/**
 * The sender is to blame only while there is no event; later errors are the handler's, or this package's. What this client
 * has no key for may be anybody's: it is no failure of the server.
 */
function classify(
  error: unknown,
  event: PlainEvent | undefined,
  isForeign: boolean,
): Pick<NotificationReceipt, 'type' | 'status'> {
  if (error instanceof BodyError) return { type: 'refused', status: error.status }
  if (event || !(error instanceof VerificationError)) return { type: 'failed', status: isForeign ? 400 : 500 }
  return { type: 'refused', status: error.code === 'ANSWER_INVALID' ? 400 : 401 }
}
