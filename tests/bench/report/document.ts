/** Where in a document the tables of a name stand: between these two lines. */
const begin = (name: string) => `<!-- figures: ${name} -->`;
const END = '<!-- end of figures -->';

/** The document with its tables replaced by these, by name. Throws for a name that it has no place for, or a place without one. */
export function withTables(document: string, tables: Readonly<Record<string, string>>): string {
  const missing = Object.keys(tables).find((name) => !document.includes(begin(name)));
  if (missing !== undefined)
    throw new Error(`the document has no place for ${missing}, expected a line "${begin(missing)}"`);
  return document.replace(new RegExp(`${begin('(.+?)')}\n[\\s\\S]*?${END}`, 'g'), (_, name: string) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`the document has a place for ${name}, and nobody makes that`);
    return `${begin(name)}\n\n${table}\n\n${END}`;
  });
}
