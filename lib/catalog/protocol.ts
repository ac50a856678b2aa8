/** How an endpoint is spoken to. A brand's endpoints are those of APIv3, signed by the brand. */
export type Protocol = 'v2' | 'v3' | 'brand'

/** The protocol of a path such as `brand/card-member/cards`, by its first segment. */
export function protocolOf(path: string): Protocol {
  if (path.startsWith('v2/')) return 'v2'
  return path.startsWith('brand/') ? 'brand' : 'v3'
}
