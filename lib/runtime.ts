/** Whether this is Cloudflare's workerd, which calls itself Node but for this. */
export const IS_WORKERD: boolean =
  (globalThis as { navigator?: { userAgent?: unknown } }).navigator?.userAgent === 'Cloudflare-Workers'
