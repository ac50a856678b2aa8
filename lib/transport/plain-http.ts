/** Names and addresses of this machine, as in a URL. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * The host that a URL would be asked of without TLS though it may not be: everybody on the way would read the request, and
 * keep the answer.
 *
 * @param insecureHosts the hosts that may be asked over `http://` beside this machine
 */
export function plainHttpHost(url: string, insecureHosts: readonly string[]): string | undefined {
  if (!/^http:/i.test(url) || !URL.canParse(url)) return undefined
  const { hostname } = new URL(url)
  return LOOPBACK.test(hostname) || insecureHosts.includes(hostname) ? undefined : hostname
}

/** What is wrong with asking a host without TLS, and what to do. */
export function plainHttpProblem(host: string): string {
  return `http:// is for this machine alone, and ${host} is another: write https://, or allow it by name where nobody else is on the way, such as for an emulator in a container: insecureHosts: ['${host}']`
}
