import { FAILURE_OPERATIONS } from './failure-operations.js'
import type { Operation } from './operation.js'
import { PLATFORM_OPERATIONS } from './platform-operations.js'
import { READ_OPERATIONS } from './read-operations.js'
import { USER_OPERATIONS } from './user-operations.js'

/** All that the control API can do. */
export const OPERATIONS: readonly Operation[] = [
  ...READ_OPERATIONS,
  ...USER_OPERATIONS,
  ...PLATFORM_OPERATIONS,
  ...FAILURE_OPERATIONS,
]
