/** The names of all endpoints, a line each. */
export const names: string
