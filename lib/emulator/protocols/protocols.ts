import type { Context } from '../context.js'
import { createEndpoints } from '../domain/endpoints.js'
import { brandClient, merchantClient } from '../identity/clients.js'
import type { Protocol } from './protocol.js'
import { createV2 } from './v2/v2.js'
import { createV3 } from './v3/v3.js'

/** The protocols that an emulator speaks. */
export interface Protocols {
  readonly v2: Protocol
  readonly v3: Protocol
  /** That of APIv3, signed by the brand and under its keys. */
  readonly brand: Protocol
}

export function createProtocols(context: Context): Protocols {
  const endpoints = createEndpoints(context)
  const isForBrand = (path: string): boolean => path.startsWith('/brand/')
  return {
    v2: createV2(context),
    v3: createV3({
      ...{ context, endpoints },
      client: () => merchantClient(context.identity),
      owns: (path) => !isForBrand(path),
    }),
    brand: createV3({
      ...{ context, endpoints },
      client: () => brandClient(context.brand()),
      owns: isForBrand,
    }),
  }
}

/** The protocol of a request: v2 where its path is documented there, else that of the brand or of APIv3. */
export async function protocolOf(
  { v2, v3, brand }: Protocols,
  method: string,
  path: string,
): Promise<Protocol> {
  for (const protocol of [v2, brand]) if (await protocol.owns(method, path)) return protocol
  return v3
}
