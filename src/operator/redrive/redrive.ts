import { showKey } from '../../core/workspace-key.ts';
import {
  type Errand,
  errandsOf,
  type Letter,
  type LetterKind,
  type ReadLetter,
  readLetter,
  type StreamBatch,
} from './letters.ts';

/** A place where letters lie. */
export interface LetterBox {
  readonly kind: 'queue' | 'bucket';
  /** e.g. the name of the queue. */
  readonly name: string;
  /** How many lie there, about; hidden ones are in somebody's hands just now. */
  count(): Promise<{ there: number; hidden: number }>;
  /** Some letters that were not received before, hidden from others for a minute; none if there are no more. */
  receive(): Promise<Letter[]>;
  /** Puts back what was received. */
  putBack(letter: Letter): Promise<void>;
  /** Takes away what was received. */
  remove(letter: Letter): Promise<void>;
}

/** Who does the errands. */
export interface Messenger {
  /** Hands an event to a function of the stage; returns when it is safe there. Rejects if it is not. */
  wake(errand: Extract<Errand, { kind: 'wake' }>): Promise<void>;
  invoke(errand: Extract<Errand, { kind: 'invoke' }>): Promise<void>;
  /** Records of a stream, as a function gets them; undefined if the stream does not have them any more. */
  recordsOf(batch: StreamBatch): Promise<unknown>;
}

export interface RedrivePorts {
  box: LetterBox;
  messenger: Messenger;
  /** Called before each errand, so that there are not too many within a second. */
  pace(): Promise<void>;
}

/** What became of a letter. */
export interface Redriven {
  id: string;
  at: number | undefined;
  /** Workspaces, and other things to do, in words. */
  about: string[];
  /** Why it was there, as far as it says. */
  why: string | undefined;
  /** `seen`: it would be sent; `sent`: it was, and is gone; `kept`: it stays, for the `problem`. */
  outcome: 'seen' | 'sent' | 'kept';
  problem?: string;
}

/** More letters than this are left to the next call, so that each one ends. */
export const MOST_LETTERS = 10_000;

/**
 * Goes through the letters that lie there, each once. With `send` what they ask for is done, and only then they are taken
 * away; whatever goes wrong before, the letter stays. What is not understood stays as well.
 */
export async function redrive(
  kind: LetterKind,
  stage: string,
  { send, limit }: { send: boolean; limit: number },
  ports: RedrivePorts,
  tell: (redriven: Redriven) => void,
): Promise<{ handled: number; kept: number }> {
  const seen = new Set<string>();
  const tally = { handled: 0, kept: 0 };
  const hidden: Letter[] = [];
  try {
    while (seen.size < limit) {
      const letters = await ports.box.receive();
      // What comes a second time has been put back by somebody: everything was seen.
      const fresh = letters.filter(({ id }) => !seen.has(id));
      hidden.push(...letters);
      if (fresh.length === 0) break;
      for (const letter of fresh) {
        seen.add(letter.id);
        const redriven = await handle(kind, stage, letter, send, ports);
        tell(redriven);
        if (redriven.outcome === 'sent') hidden.splice(hidden.indexOf(letter), 1);
        if (redriven.outcome === 'kept') tally.kept += 1;
        else tally.handled += 1;
      }
    }
  } finally {
    // Not while others are received: they would come again.
    for (const letter of hidden) await ports.box.putBack(letter);
  }
  return tally;
}

async function handle(
  kind: LetterKind,
  stage: string,
  letter: Letter,
  send: boolean,
  ports: RedrivePorts,
): Promise<Redriven> {
  const { id, at } = letter;
  let about: string[] = [];
  try {
    const read = await withRecords(readLetter(kind, letter, stage), ports.messenger);
    if (read.kind !== 'understood') return keptFor(letter, [], read.problem);
    about = read.errands.map(describeErrand);
    const { why } = read;
    if (!send) return { id, at, about, why, outcome: 'seen' };
    for (const errand of read.errands) {
      await ports.pace();
      await (errand.kind === 'wake' ? ports.messenger.wake(errand) : ports.messenger.invoke(errand));
    }
    await ports.box.remove(letter);
    return { id, at, about, why, outcome: 'sent' };
  } catch (error) {
    return keptFor(letter, about, error instanceof Error ? error.message : String(error));
  }
}

/** A letter that only names its records is read again with them. */
async function withRecords(
  read: ReadLetter,
  messenger: Messenger,
): Promise<Exclude<ReadLetter, { kind: 'records' }>> {
  if (read.kind !== 'records') return read;
  const event = await messenger.recordsOf(read.batch);
  if (event === undefined) {
    const { streamArn, startSequenceNumber, endSequenceNumber } = read.batch;
    const problem = `the records ${startSequenceNumber} to ${endSequenceNumber} of ${streamArn} are gone after a day; what they were about is found by workspacectl reconcile`;
    return { kind: 'not-understood', problem };
  }
  return errandsOf(read.functionName, event, read.why) as Exclude<ReadLetter, { kind: 'records' }>;
}

function keptFor({ id, at }: Letter, about: string[], problem: string): Redriven {
  return { id, at, about, why: undefined, outcome: 'kept', problem };
}

function describeErrand(errand: Errand): string {
  return errand.kind === 'wake' ? showKey(errand.key) : errand.about;
}
