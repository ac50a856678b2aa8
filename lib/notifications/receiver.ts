import { identityOf, type Signer } from '../identity.js'
import type { NotificationEvent } from './event.js'
import { createFetchReceiver, type FetchReceiver } from './fetch.js'
import type { NotificationHandlers } from './handlers.js'
import { createNodeReceiver, type NodeReceiver } from './node.js'
import { parseNotification, type ReceivedNotification } from './parse.js'
import { createReceive, type Receiving } from './receive.js'
import type { ReceiverOptions } from './receiver-options.js'
import type { Secrets } from './secrets.js'

/** What WeChat Pay tells by itself: payments, refunds, contracts … */
export interface NotificationReceiver {
  /**
   * Verifies and decrypts a notification of either API version. Comparing `event_type` tells what `resource` is.
   *
   * @throws {VerificationError} when it is not to be trusted, or no notification.
   * @throws {RequestError} when its body was parsed already, or a key to it was not given as an option.
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012075420
   */
  readonly parse: (received: ReceivedNotification) => Promise<NotificationEvent>
  /**
   * A route for node:http, Express, Koa, Fastify and Nest: reads the raw body, verifies it, calls the handler once
   * for every event and answers as WeChat Pay wants. A handler that throws, or takes too long, is called again when
   * the notification comes again.
   *
   * @throws {RequestError} when `handlers` has a key that looks like a typing error.
   * @example
   * ```ts
   * const receive = wxpay.notifications.node({
   *   'TRANSACTION.SUCCESS': async ({ resource }) => ship(resource.out_trade_no),
   * })
   * createServer(receive).listen(3000)
   * ```
   */
  readonly node: (handlers: NotificationHandlers, options?: ReceiverOptions) => NodeReceiver
  /** Like `node`, for what speaks `Request` and `Response`: Hono, Next, Bun, Deno. */
  readonly fetch: (handlers: NotificationHandlers, options?: ReceiverOptions) => FetchReceiver
}

/** What notifications are received with; held in closures, so that nothing printed can show it. */
export function createNotifications(
  signer: Signer,
  keysAndSecrets: Omit<Secrets, 'identity'>,
): NotificationReceiver {
  const secrets: Secrets = { ...keysAndSecrets, identity: identityOf(signer) }
  const parse = (received: ReceivedNotification): Promise<NotificationEvent> =>
    parseNotification(received, secrets)
  const receiving: Receiving = { signer, parse }
  return Object.freeze({
    parse,
    node: (handlers: NotificationHandlers, options?: ReceiverOptions) =>
      createNodeReceiver(createReceive(receiving, handlers, options)),
    fetch: (handlers: NotificationHandlers, options?: ReceiverOptions) =>
      createFetchReceiver(createReceive(receiving, handlers, options)),
  })
}
