import { RequestError } from '../index.js'
import type { JournalHeader } from './read-journal.js'

const PARTS = ['endpoint', 'account', 'columns', 'constants', 'input'] as const
const NAMES: Readonly<Record<(typeof PARTS)[number], string>> = {
  endpoint: 'endpoint',
  account: 'merchant or address',
  columns: 'map of columns',
  constants: 'set of constants',
  input: 'content of the input',
}

/** @throws {RequestError} saying what differs. */
export function assertSameJob(file: string, found: JournalHeader, header: JournalHeader): void {
  const other = PARTS.filter((part) => found[part] !== header[part])
  if (other.length === 0) return
  throw new RequestError(
    `The journal ${file} belongs to another job: its ${other.map((part) => NAMES[part]).join(', ')} differ. ` +
      'Run that job to its end first. Only for rows that are all meant to be sent anew, name another journal: what was ' +
      'sent before would be sent again under another number',
  )
}
