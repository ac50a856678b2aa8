import { setTimeout as wait } from 'node:timers/promises'

const PAUSE = 500
/** Five minutes without Redis; more is no restart. */
const MAX_TRIES = 600
/** A full memory, a full disk, missing rights: these do not pass by themselves. */
const LASTING = /^(OOM|MISCONF|NOPERM|NOAUTH|WRONGPASS|WRONGTYPE)\b/

/** Does it again when Redis went away in the middle. Only for what may be done twice. */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === MAX_TRIES || LASTING.test((error as Error).message)) throw error
      await wait(PAUSE)
    }
  }
}
