/** The families by the beginnings of their paths. */
export const families: Readonly<Record<string, string>>
/** The modules by family: by endpoint (`post v3/pay/transactions/jsapi`), its document as JSON. */
export const modules: Readonly<
  Record<string, () => Promise<{ readonly documents: Readonly<Record<string, string>> }>>
>
