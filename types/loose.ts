import type { AxiosResponse } from 'axios'
import type { BodyType, CallOptions, Data, Sink } from './operation.js'

/** Request of a path that is not in the route map: nothing is known, nothing is refused. */
export interface LooseRequest {
  readonly [key: string]: unknown
}

/** A call of a path that is not in the route map. */
export interface LooseOperation {
  // biome-ignore lint/style/useShorthandFunctionType: an interface keeps its name in messages and on hover
  <Body extends BodyType | undefined = undefined, Target extends Sink | undefined = undefined>(
    request?: LooseRequest & CallOptions<Body, Target>,
  ): Promise<AxiosResponse<Data<unknown, Body, Target>>>
}

/** Members of a node whose path is not in the route map. They are listed, so that none may be `undefined`. */
export interface LooseMembers {
  readonly get: LooseNode
  readonly post: LooseNode
  readonly put: LooseNode
  readonly patch: LooseNode
  readonly delete: LooseNode
  readonly getAsync: LooseOperation
  readonly postAsync: LooseOperation
  readonly putAsync: LooseOperation
  readonly patchAsync: LooseOperation
  readonly deleteAsync: LooseOperation
  /** Goes on by a literal path. */
  chain(path: string): LooseNode
  /** The absolute URL a GET would use. */
  url(request?: LooseRequest & CallOptions): string
  /** A chain is no promise: awaiting it sends nothing. */
  readonly then?: undefined
}

/** A node whose path is not in the route map: every segment and verb is allowed, the response is `unknown`. */
export type LooseNode = LooseOperation & LooseMembers & { readonly [segment: string]: LooseNode }
