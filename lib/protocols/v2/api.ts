import type { AxiosRequestConfig } from 'axios'
import type { Config } from '../../options.js'
import type { Agents } from '../../transport/agents.js'
import type { Sender } from '../../transport/sender.js'
import { createV2Client } from './client.js'
import { signedUrl } from './signed-url.js'

/** All of APIv2 that a client is made of. */
export interface V2 {
  readonly sender: Sender
  /** The signed URL of a GET. */
  readonly url: (config: AxiosRequestConfig) => string
}

export function createV2({ signer, secret, workwxSecret, axios }: Config, agents: Agents): V2 {
  const context = { signer, secret, workwxSecret, agents }
  return {
    sender: createV2Client(context, axios),
    url: (config) => signedUrl(config, context),
  }
}
