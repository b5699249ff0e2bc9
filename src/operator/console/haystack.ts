const SEPARATOR = '\n';

/**
 * Many names in one piece of text. To search it is to go through memory in order, which is ten times as fast as to go from
 * name to name; e.g. 100,000 of 20 characters take 2 ms.
 */
export class Haystack {
  private readonly text: string;
  /** Where each name begins. */
  private readonly starts: Uint32Array;

  /** No name has a line break. */
  constructor(names: readonly string[]) {
    this.text = names.join(SEPARATOR);
    this.starts = new Uint32Array(names.length);
    let start = 0;
    for (const [index, name] of names.entries()) {
      this.starts[index] = start;
      start += name.length + SEPARATOR.length;
    }
  }

  /** The indices of the names that contain `part`, ascending. */
  find(part: string): number[] {
    const found: number[] = [];
    if (part.includes(SEPARATOR)) return found;
    let index = 0;
    for (let at = this.text.indexOf(part); at !== -1; ) {
      while (index + 1 < this.starts.length && (this.starts[index + 1] ?? 0) <= at) index += 1;
      found.push(index);
      const next = this.starts[index + 1];
      if (next === undefined) break;
      at = this.text.indexOf(part, next);
    }
    return found;
  }
}
