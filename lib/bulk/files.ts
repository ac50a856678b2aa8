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
export function filesOf({ input, journal, failed, output }: BulkOptions, { digest }: Table): BulkFiles {
  const named = typeof input === 'string' && input !== '-'
  const base = named ? resolve(input) : resolve(`wxpay-bulk-${digest.slice(0, 12)}`)
  const stem = named ? join(dirname(base), basename(base, extname(base))) : base
  const files = {
    journal: journal === undefined ? `${base}.journal` : resolve(journal),
    failed: failed === undefined ? `${stem}.failed.csv` : resolve(failed),
  }
  const all = [base, files.journal, files.failed, ...(output === undefined ? [] : [resolve(output)])]
  const twice = all.find((file, at) => all.indexOf(file) < at)
  if (twice !== undefined) {
    throw new RequestError(
      `${twice} is named twice: input, journal, failed rows and output are files of their own`,
    )
  }
  return files
}
