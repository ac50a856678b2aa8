import type { FaultScript } from '../faults.js'
import type { RateLimit } from '../limits.js'
import type { NotificationScript } from '../notification-faults.js'
import type { Operation } from './operation.js'
import { objectOf } from './operation.js'
import { FAULT_FIELDS, LIMIT_FIELDS, nothing, text } from './schemas.js'

/** What tests want of an emulator beyond what WeChat Pay does. */
export const FAILURE_OPERATIONS: readonly Operation[] = [
  {
    ...{
      method: 'POST',
      path: 'fail',
      summary: 'Scripts a failure of requests (path) or of notifications (notification).',
    },
    input: FAULT_FIELDS,
    output: objectOf({ id: text('Ends it alone, by recover.') }),
    run: (script: FaultScript | NotificationScript, { emulator }) => ({ id: emulator().fail(script).id }),
  },
  {
    ...{ method: 'POST', path: 'limit', summary: 'Limits how often the API may be called.' },
    input: LIMIT_FIELDS,
    output: objectOf({ id: text('Ends it alone, by recover.') }),
    run: (limit: RateLimit, { emulator }) => ({ id: emulator().limit(limit).id }),
  },
  {
    ...{ method: 'POST', path: 'recover', summary: 'Ends a failure or a limit, or all of them.' },
    input: { 'id?': text('All of them when absent.') },
    output: nothing,
    run: ({ id }: { id?: string }, { emulator }) => emulator().recover(id),
  },
  {
    ...{ method: 'POST', path: 'reset', summary: 'Forgets all that happened; keys stay.' },
    input: {},
    output: nothing,
    run: (_: object, { emulator }) => emulator().reset(),
  },
  {
    ...{ method: 'DELETE', path: 'requests', summary: 'Forgets the requests that arrived.' },
    input: {},
    output: nothing,
    run: (_: object, { emulator }) => {
      emulator().requests.length = 0
    },
  },
]
