import type { Random } from './random.ts';

/** What may go wrong by itself, and how often, from 0 to 1: in every call, delivery or look, as the case may be. */
export interface MischiefRates {
  /** The process ends in the middle of a call: before the call has taken effect, or after. */
  crash: number;
  /** A call is refused for a while: throttled, say. */
  refusal: number;
  /** A call takes effect and its answer never arrives. */
  lostAnswer: number;
  /** A call takes seconds, or minutes. */
  slowness: number;
  /** A schedule fires twice, an event is delivered twice. */
  doubleDelivery: number;
  /** A batch is delivered again although it was handled. */
  doubleBatch: number;
  /** A list does not show yet what has just been started. */
  staleList: number;
  /** The bus refuses an event. */
  busRefusal: number;
  /** A request takes effect, its answer is late, and the SDK sends it again: minutes later, as part of the same call. */
  sentAgain: number;
  /** Somebody pulls the brake, at the very moment at which somebody is at work on a workspace. */
  brake: number;
  /** The user is back, at the very moment at which somebody is at work on the workspace. */
  visit: number;
}
export type MischiefKind = keyof MischiefRates;

export const NO_MISCHIEF: MischiefRates = {
  crash: 0,
  refusal: 0,
  lostAnswer: 0,
  slowness: 0,
  doubleDelivery: 0,
  doubleBatch: 0,
  staleList: 0,
  busRefusal: 0,
  sentAgain: 0,
  brake: 0,
  visit: 0,
};

/** Decides what goes wrong, and remembers it. */
export class Mischief {
  /** Everything that went wrong, e.g. `crash deadlineReached acme/ada 3 call 7`. */
  readonly happened: string[] = [];
  private readonly rates: MischiefRates;
  private readonly isOver: () => boolean;
  private readonly only: ReadonlySet<string> | undefined;

  /** With `only`, of all that would go wrong nothing else does. */
  constructor(rates: MischiefRates, isOver: () => boolean, only: ReadonlySet<string> | undefined) {
    this.rates = rates;
    this.isOver = isOver;
    this.only = only;
  }

  /** Whether it happens here. The chance is drawn in any case, so that what comes after it stays the same. */
  happens(kind: MischiefKind, where: string, random: Random): boolean {
    if (!random.chance(this.rates[kind]) || this.isOver()) return false;
    const what = `${kind} ${where}`;
    if (this.only !== undefined && !this.only.has(what)) return false;
    this.happened.push(what);
    return true;
  }
}
