import { routeDocuments } from '../../catalog/document.js'
import { createRouter, type Route, type Router } from './router.js'

let routes: Promise<Router<string>> | undefined

/**
 * The documented path that a request means, such as `v3/certificates`. The catalogue's documents are read by code of the
 * emulator's own: by the client's, a path that the client gets wrong would be found all the same.
 */
export async function findDocumentedRoute(method: string, path: string): Promise<Route<string> | undefined> {
  routes ??= readRoutes()
  return (await routes).find(method, path)
}

/** Whether a path belongs to APIv3 by its first segment. Paths of v2 have no version in them. */
export const isV3Path = (path: string): boolean => /^\/(v3|hk|global|brand)\//.test(path)

async function readRoutes(): Promise<Router<string>> {
  const router = createRouter<string>()
  for (const [key, { prefix, wire }] of await routeDocuments()) {
    const [verb = '', template = ''] = key.split(' ')
    const usual = prefix ? `${prefix}/${template}` : template.replace(/^v2\//, '')
    router.add(verb.toUpperCase(), wire ?? usual, template)
  }
  return router
}
