import { setTimeout as wait } from 'node:timers/promises'

const PATIENCE = 10_000

/** Closes a connection. One that is just being made anew may never say that it has ended: it is left alone then. */
export async function closeSoon(connection: {
  close(): Promise<void>
  disconnect(): Promise<unknown>
}): Promise<void> {
  const limit = new AbortController()
  const closed = connection.close().then(
    () => true,
    () => false,
  )
  const late = wait(PATIENCE, false, { signal: limit.signal }).catch(() => true)
  if (!(await Promise.race([closed, late]))) connection.disconnect().catch(() => {})
  limit.abort()
}
