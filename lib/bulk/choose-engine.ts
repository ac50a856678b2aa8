import { RequestError } from '../index.js'
import { bullmqEngine } from './bullmq/engine.js'
import { queueName } from './bullmq/queue-name.js'
import type { Engine } from './engine.js'
import { localEngine } from './local-engine.js'
import type { BulkOptions } from './options.js'

/** Who sends the rows. */
export function chooseEngine(
  { engine = 'local', redis, queue }: BulkOptions,
  account: string,
  rate: number,
): Engine {
  if (typeof engine === 'object') return engine
  if (engine === 'local') return localEngine
  if (redis === undefined)
    throw new RequestError("engine 'bullmq' needs redis, such as redis://localhost:6379")
  return bullmqEngine({ redis, queue: queueName(account, queue), rate })
}
