/** The English names of fields by their Chinese ones, as JSON. */
export const glossary: string
