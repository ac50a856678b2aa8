import { createRequire } from 'node:module'
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios'

/** What is used here of wechatpay-axios-plugin, whose own types do not know the endpoint measured. */
export interface Peer {
  readonly [segment: string]: Peer
  readonly post: Peer & ((body: unknown, config?: PeerConfig) => Promise<AxiosResponse>)
}

type PeerConfig = AxiosRequestConfig & { readonly card_id?: string; readonly security?: boolean }

interface PeerOptions {
  readonly mchid: string
  readonly serial: string
  readonly privateKey: unknown
  readonly certs: Readonly<Record<string, unknown>>
  readonly baseURL?: string
}

const plugin = createRequire(import.meta.url)('wechatpay-axios-plugin') as {
  readonly Wechatpay: new (options: PeerOptions) => Peer
}

export const createPeer = (options: PeerOptions): Peer => new plugin.Wechatpay({ ...options })

/** The axios instance behind the peer's chain. */
export const axiosOf = (peer: Peer): AxiosInstance => peer.client?.v3 as unknown as AxiosInstance
