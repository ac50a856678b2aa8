/** The words, one-way words and fillers of `catalog/synonyms.yaml`, as JSON. */
export const synonyms: string
