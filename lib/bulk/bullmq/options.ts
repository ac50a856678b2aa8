/** Where Redis is: `redis://…` or `rediss://…` (TLS), or options of ioredis such as `{ host, port, password, tls }`. */
export type RedisAddress = string | Readonly<Record<string, unknown>>

/** What the run that enqueues rows and the workers that send them have in common. */
export interface BulkQueueOptions {
  readonly redis: RedisAddress
  /** Name of the queue. When absent it is made of the account and the access point, so that both sides agree. */
  readonly queue?: string | undefined
}
