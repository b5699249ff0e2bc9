/** Longest line that is read, in bytes: a row of DynamoDB has at most 400 KB. */
export const LONGEST_LINE_BYTES = 1_048_576;

const LINE_FEED = 0x0a;

/** One line without its end; `number` is 1 for the first. */
export type Line =
  | { kind: 'text'; number: number; text: string }
  | { kind: 'too-long'; number: number; limitBytes: number };

/**
 * Cuts chunks of bytes into lines. Keeps at most one line of `limitBytes` (included) and no more, however long the
 * line is that comes in.
 */
export class LineSplitter {
  private readonly limitBytes: number;
  private pieces: Uint8Array[] = [];
  private sizeBytes = 0;
  private number = 1;

  constructor(limitBytes: number = LONGEST_LINE_BYTES) {
    this.limitBytes = limitBytes;
  }

  /** The lines that end in this chunk. */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.keep(chunk.subarray(start, end));
      lines.push(this.take());
      start = end + 1;
    }
    this.keep(chunk.subarray(start));
    return lines;
  }

  /** The last line, if it has no end of its own. */
  end(): Line[] {
    return this.sizeBytes > 0 ? [this.take()] : [];
  }

  private keep(piece: Uint8Array): void {
    this.sizeBytes += piece.length;
    if (this.sizeBytes > this.limitBytes) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece);
  }

  private take(): Line {
    const { number, limitBytes } = this;
    const tooLong = this.sizeBytes > limitBytes;
    const text = tooLong ? '' : Buffer.concat(this.pieces).toString('utf8');
    this.pieces = [];
    this.sizeBytes = 0;
    this.number += 1;
    return tooLong ? { kind: 'too-long', number, limitBytes } : { kind: 'text', number, text };
  }
}
