/*
 * The modules of `data/`: what is documented of endpoints and notifications, the names that the command line searches, and
 * the emulator's page. `scripts/data.ts` makes them of the catalogue; they are not in git, and the compiler reads this
 * instead of three megabytes of text. Each is loaded when it is first needed.
 */

/** The modules of documents by family, and the families by the beginnings of their paths. */
declare module '*/data/documents/index.js' {
  export const families: Readonly<Record<string, string>>
  export const modules: Readonly<
    Record<string, () => Promise<{ readonly documents: Readonly<Record<string, string>> }>>
  >
}

/** By event type, the documents of its messages as JSON. */
declare module '*/data/documents/notifications.js' {
  export const documents: Readonly<Record<string, string>>
}

/** The English names of fields by their Chinese ones, as JSON. */
declare module '*/data/glossary.js' {
  export const glossary: string
}

/** The names of all endpoints, a line each. */
declare module '*/data/names.js' {
  export const names: string
}

/** What else things are called, as JSON. */
declare module '*/data/synonyms.js' {
  export const synonyms: string
}

/** The files of the emulator's page by name. */
declare module '*/data/page.js' {
  export const assets: Readonly<Record<string, string>>
}
