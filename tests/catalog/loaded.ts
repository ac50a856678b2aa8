import { join } from 'node:path'
import { loadCatalogue } from '../../catalog/load.js'
import type { Catalogue } from '../../catalog/model.js'

/** The catalogue of this repository. Parsing it takes more than a second, so a process of tests does it once. */
export const repositoryCatalogue: Catalogue = loadCatalogue(join(import.meta.dirname, '../..'))
