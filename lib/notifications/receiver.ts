import { type Account, deriveKeyOf } from '../identity.js'
import type { NotificationEvent } from './event.js'
import { createFetchReceiver, type FetchReceiver } from './fetch.js'
import type { NotificationHandlers } from './handlers.js'
import { createNodeReceiver, type NodeReceiver } from './node.js'
import { canReadJson, parseNotification, type ReceivedNotification } from './parse.js'
import { createReceive, type ReceiverContext } from './receive.js'
import type { ReceiverOptions } from './receiver-options.js'
import type { Secrets } from './resource.js'

/** Receives what WeChat Pay notifies a merchant or brand of: payments, refunds, contracts … */
export interface NotificationReceiver {
  /**
   * Verifies and decrypts a notification of either API version. Comparing `event_type` tells what `resource` is.
   *
   * @throws {VerificationError} when it is not to be trusted, or is not a notification.
   * @throws {RequestError} when its body was parsed already, or the key that it needs was not given as an option.
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012075420
   */
  readonly parse: (received: ReceivedNotification) => Promise<NotificationEvent>
  /**
   * A route for node:http, Express, Koa, Fastify and Nest: reads the raw body, verifies it, calls the handler once
   * for every event and sends the response that WeChat Pay wants. A handler that throws, returns a refusal such as
   * `{ code: 'FAIL' }`, or gives up because it takes too long, is called again when WeChat Pay sends the notification again.
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
  /** Like `node`, for frameworks with `Request` and `Response`: Hono, Next, Bun, Deno. */
  readonly fetch: (handlers: NotificationHandlers, options?: ReceiverOptions) => FetchReceiver
}

/** The secrets are held in closures, so that inspecting or printing a client does not show them. */
export function createNotifications(
  account: Account,
  keysAndSecrets: Omit<Secrets, 'identity' | 'mchid'>,
): NotificationReceiver {
  const secrets: Secrets = {
    ...keysAndSecrets,
    identity: account.brandId === undefined ? 'merchant' : 'brand',
    mchid: account.mchid ?? '',
  }
  const parse = (received: ReceivedNotification): Promise<NotificationEvent> =>
    parseNotification(received, secrets)
  const context: ReceiverContext = {
    account,
    storeName: storeNameOf(account, secrets),
    parse,
    reads: { xml: secrets.secret !== undefined, json: canReadJson(secrets) },
  }
  return Object.freeze({
    parse,
    node: (handlers: NotificationHandlers, options?: ReceiverOptions) =>
      createNodeReceiver(createReceive(context, handlers, options)),
    fetch: (handlers: NotificationHandlers, options?: ReceiverOptions) =>
      createFetchReceiver(createReceive(context, handlers, options)),
  })
}

/** Under which name notifications are remembered. Who has no id is told apart by a key, which the name does not give away. */
function storeNameOf({ mchid, brandId }: Account, { apiv3Key, secret }: Secrets): string {
  const key = apiv3Key ?? secret
  if (brandId !== undefined) return `brand:${brandId}`
  return mchid ?? (key ? `receiver:${deriveKeyOf(key, 'notifications').export().toString('hex', 0, 8)}` : '')
}
