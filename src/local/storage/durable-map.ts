import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

/** One line of the journal: `["set", key, value]` or `["delete", key]`. */
const entrySchema = z.union([
  z.tuple([z.literal('set'), z.string(), z.unknown()]),
  z.tuple([z.literal('delete'), z.string()]),
]);

type Entry = z.output<typeof entrySchema>;

/** Below this many lines a journal is never rewritten while it is in use: it costs more than it saves. */
const SMALLEST_COMPACTION_LINES = 1000;

/** A journal with this many times more lines than there are keys is rewritten. */
const COMPACTION_FACTOR = 4;

/**
 * A map from strings to JSON values that survives `kill -9`: every change is in the file before the call
 * returns. (Not a power cut: there is no fsync per change.) Values are held by reference, so replace them with
 * `set` and never change them in place. One process at a time; nothing here guards against a second one.
 *
 * The file is an append-only journal of JSON lines. A last line that was cut off is dropped, since its writer
 * never returned; any other line that cannot be read is an error that names the file and the line.
 */
export class DurableMap<V> {
  private readonly file: string;
  private readonly live = new Map<string, V>();
  private descriptor: number;
  private closed = false;
  private lines = 0;
  private bytes = 0;

  /** Loads `file`, or begins an empty map if there is none. Its folder is created. */
  constructor(file: string) {
    this.file = file;
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) this.load(readFileSync(file, 'utf8'));
    this.descriptor = this.rewrite();
  }

  get size(): number {
    return this.live.size;
  }

  get(key: string): V | undefined {
    return this.live.get(key);
  }

  has(key: string): boolean {
    return this.live.has(key);
  }

  /** In the order in which the keys were first set. */
  keys(): string[] {
    return [...this.live.keys()];
  }

  /** In the order of `keys`. */
  values(): V[] {
    return [...this.live.values()];
  }

  set(key: string, value: V): void {
    this.append(['set', key, value]);
    this.live.set(key, value);
    this.compactIfWorthwhile();
  }

  /** Whether there was such a key. */
  delete(key: string): boolean {
    if (!this.live.has(key)) return false;
    this.append(['delete', key]);
    this.live.delete(key);
    this.compactIfWorthwhile();
    return true;
  }

  /** Closes the file. The map can be read afterwards, not changed. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.descriptor);
  }

  private append(entry: Entry): void {
    const line = `${JSON.stringify(entry)}\n`;
    try {
      appendFileSync(this.descriptor, line);
    } catch (error) {
      // A full disk may have taken half of the line; later lines must not be glued to it.
      ftruncateSync(this.descriptor, this.bytes);
      throw error;
    }
    this.bytes += Buffer.byteLength(line);
    this.lines += 1;
  }

  private compactIfWorthwhile(): void {
    if (this.lines < SMALLEST_COMPACTION_LINES || this.lines < this.live.size * COMPACTION_FACTOR) return;
    closeSync(this.descriptor);
    this.descriptor = this.rewrite();
  }

  private load(text: string): void {
    const lines = text.split('\n');
    const unterminated = lines.pop();
    for (const [index, line] of lines.entries()) {
      const entry = parseEntry(line);
      if (!entry) throw this.corrupt(index + 1, line);
      this.apply(entry);
    }
    const last = unterminated ? parseEntry(unterminated) : undefined;
    if (last) this.apply(last);
  }

  private apply([kind, key, value]: Entry): void {
    if (kind === 'delete') this.live.delete(key);
    else this.live.set(key, value as V);
  }

  private corrupt(lineNumber: number, line: string): Error {
    return new Error(
      `${this.file}:${lineNumber}: expected ["set", key, value] or ["delete", key] in JSON, found ${JSON.stringify(
        line.slice(0, 80),
      )}. Repair or remove that line, or delete the file to begin anew without what it holds.`,
    );
  }

  /** Writes the live entries to a new file that then takes the old one's place; returns it opened for appending. */
  private rewrite(): number {
    const text = [...this.live].map(([key, value]) => `${JSON.stringify(['set', key, value])}\n`).join('');
    const temporary = `${this.file}.new`;
    const descriptor = openSync(temporary, 'w');
    appendFileSync(descriptor, text);
    // Without it a power cut could leave the new name with nothing behind it.
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, this.file);
    this.lines = this.live.size;
    this.bytes = Buffer.byteLength(text);
    return openSync(this.file, 'a');
  }
}

function parseEntry(line: string): Entry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
