/** How an endpoint is spoken to. A brand's endpoints are those of APIv3, signed by the brand. */
export type Protocol = 'v2' | 'v3' | 'brand'

/** The protocol of a path, as in the route map or without its placeholders filled: its first segment says which. */
export function protocolOf(path: string): Protocol {
  if (path.startsWith('v2/')) return 'v2'
  return path.startsWith('brand/') ? 'brand' : 'v3'
}
