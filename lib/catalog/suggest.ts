import { editDistance } from '../nearest.js'
import { documentedPaths } from './routes.js'
import type { Verb } from './traits.js'

/** The largest average distance of a segment at which a path may be a misspelling. */
const NEAR = 0.25

/** Longer ones are no misspelt path, and would take long to compare. */
const MOST_SEGMENTS = 20
const LONGEST_SEGMENT = 64

/**
 * The documented path that looks most like an undocumented one, or `undefined` when none is near. An id in place
 * of a placeholder counts as almost the same.
 */
export function nearestRoute(template: string, verb?: Verb): string | undefined {
  const wanted = template.split('/').filter((segment) => segment !== '')
  if (wanted.length > MOST_SEGMENTS) return undefined
  let best: { path: string; distance: number } | undefined
  for (const { path, verbs } of documentedPaths()) {
    const distance = pathDistance(wanted, path) + (verb && !verbs.includes(verb) ? 0.1 : 0)
    if (distance > Math.max(0.7, path.length * NEAR) + 0.1) continue
    if (!best || distance < best.distance) best = { path: path.join('/'), distance }
  }
  return best?.path
}

/** Edit distance over segments; a replaced segment costs as much as it differs. */
function pathDistance(wanted: readonly string[], path: readonly string[]): number {
  if (Math.abs(wanted.length - path.length) > 2) return Number.POSITIVE_INFINITY
  return editDistance(wanted, path, segmentDistance)
}

function segmentDistance(wanted: string, segment: string): number {
  if (wanted === segment) return 0
  if (segment.startsWith('{')) return wanted.startsWith('{') ? 0.2 : 0.3
  if (wanted.length > LONGEST_SEGMENT) return 1
  const edits = editDistance([...wanted], [...segment], (a, b) => (a === b ? 0 : 1))
  return Math.min(1, edits / Math.max(wanted.length, segment.length) + 0.05)
}
