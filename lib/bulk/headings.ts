import { RequestError } from '../index.js'

/** Columns that a list of failures has beside those of its input; they mean nothing when it is run again. */
export const FAILURE_PREFIX = 'error.'

/** @throws {RequestError} when two columns have one name. */
export function assertHeadings(cells: readonly unknown[]): readonly string[] {
  const headings = cells.map((cell) => String(cell ?? '').trim())
  const twice = headings.find((heading, index) => heading !== '' && headings.indexOf(heading) !== index)
  if (twice !== undefined) throw new RequestError(`Two columns are called '${twice}': rename one of them`)
  return headings.map((heading) => (heading.startsWith(FAILURE_PREFIX) ? '' : heading))
}
