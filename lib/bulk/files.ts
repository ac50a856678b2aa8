import { basename, dirname, extname, join, resolve } from 'node:path'
import { RequestError } from '../index.js'
import type { Table } from './input.js'
import type { BulkOptions } from './options.js'

/** What a job writes. */
export interface BulkFiles {
  readonly journal: string
  readonly failed: string
}

/** Next to the input; for what has no name, in the working folder, named after its content. */
export function filesOf({ input, journal, failed }: BulkOptions, { digest }: Table): BulkFiles {
  const named = typeof input === 'string' && input !== '-'
  const base = named ? resolve(input) : resolve(`wxpay-bulk-${digest.slice(0, 12)}`)
  const stem = named ? join(dirname(base), basename(base, extname(base))) : base
  const files = {
    journal: journal === undefined ? `${base}.journal` : resolve(journal),
    failed: failed === undefined ? `${stem}.failed.csv` : resolve(failed),
  }
  if (files.failed === base || files.journal === base) {
    throw new RequestError(`${base} is the input: name another file for the journal and for failed rows`)
  }
  return files
}
