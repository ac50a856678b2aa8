import { isIPv4 } from 'node:net'

/** The hosts that notifications may be sent to: those of this machine, and those that were allowed. */
export interface Receivers {
  /** The reason why a URL gets no notification; `undefined` when it does. */
  problemOf(url: string): string | undefined
}

/** Whether a URL leads to this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = webUrl(url) ?? {}
  return hostname !== undefined && isLocalName(hostname)
}

/** Whether the host of a URL is a name or an address of this machine. */
export function isLocalName(hostname: string): boolean {
  if (/^(localhost|.+\.localhost|\[::1\])$/i.test(hostname)) return true
  return isIPv4(hostname) && hostname.startsWith('127.')
}

/** @param allowed hosts such as `app` or `app:3000`; one without a port stands for all of its ports */
export function createReceivers(allowed: readonly string[] = []): Receivers {
  const hosts = new Set(allowed.map(hostOf))
  return {
    problemOf(url) {
      const target = webUrl(url)
      if (!target) return 'it is no http(s) URL'
      const { hostname, protocol } = target
      const port = target.port || (protocol === 'https:' ? '443' : '80')
      if (isLocalName(hostname) || hosts.has(hostname) || hosts.has(`${hostname}:${port}`)) return undefined
      return `${hostname} is not on this machine; allow it with --allow-notify ${hostname}, or control: { allowNotify: ['${hostname}'] }`
    },
  }
}

function webUrl(url: string): URL | undefined {
  const target = URL.canParse(url) ? new URL(url) : undefined
  return target && /^https?:$/.test(target.protocol) ? target : undefined
}

/** A host as URLs have it, with its port if it names one: that of its scheme, too, which a URL would drop. */
function hostOf(text: string): string {
  const [, name = '', port = ''] = /^(\[[\da-f:.]+\]|[^\s/?#@:*]+)(:\d{1,5})?$/i.exec(text) ?? []
  const url = `http://${name}`
  if (name && URL.canParse(url)) return new URL(url).hostname + port
  throw new TypeError(`allowNotify: '${text}' is no host, such as app or app:3000`)
}
