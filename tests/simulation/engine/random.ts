import { seededRandom } from '../../support/seeded-random.ts';

const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

/**
 * Chance that is decided by a seed and a label. Each thing that chance has a say in has a stream of its own, so that what
 * is taken out of a story changes nothing for what is left: that is what makes a story short in the end.
 */
export class Random {
  private readonly seed: number;
  readonly next: () => number;

  constructor(seed: number, label = '') {
    this.seed = hash(`${seed} ${label}`);
    this.next = seededRandom(this.seed);
  }

  /** A stream of its own. */
  of(label: string): Random {
    return new Random(this.seed, label);
  }

  /** True this often, from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** From `low` (included) to `high` (not included). */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** Whole, from `low` to `high` (both included). */
  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(...choices: readonly T[]): T {
    const choice = choices[Math.floor(this.next() * choices.length)];
    if (choice === undefined && choices.length === 0) throw new Error('there is nothing to pick from');
    return choice as T;
  }
}

/** A number from 0 to 2^32 - 1 (both included), the same for the same text (FNV-1a). */
export function hash(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME);
  return value >>> 0;
}
