/** Whether this is Cloudflare's workerd, which calls itself Node but for this. */
export const IS_WORKERD: boolean =
  (globalThis as { navigator?: { userAgent?: unknown } }).navigator?.userAgent === 'Cloudflare-Workers'

/** The run time and its version, for errors about what it lacks. */
export function runtimeName(): string {
  const { bun, deno, electron, node, openssl } = process.versions
  if (IS_WORKERD) return 'Cloudflare’s workerd'
  if (bun) return `Bun ${bun}`
  if (deno) return `Deno ${deno}`
  return electron ? `Electron ${electron}` : `Node.js ${node} (OpenSSL ${openssl})`
}
