/** The run time and its version, for errors about what it lacks. */
export function runtimeName(): string {
  const { bun, deno, electron, node, openssl } = process.versions
  if (bun) return `Bun ${bun}`
  if (deno) return `Deno ${deno}`
  return electron ? `Electron ${electron}` : `Node.js ${node} (OpenSSL ${openssl})`
}
