import { bundleSimulator } from '../runner/bundle.ts';
import { runSeeds } from '../runner/run-seeds.ts';
import { CANARIES, type Canary } from './canaries.ts';

/** How a canary was caught. */
export interface Caught {
  name: string;
  /** So many stories it took; undefined if it was not caught. */
  seeds: number | undefined;
  /** The promise that was broken. */
  promise: string | undefined;
  message: string | undefined;
}

/** No canary lives longer than this, in stories. */
export const LONGEST_LIFE = 400;

/** Hunts all canaries, as many at a time as there are workers. Told of each when it is caught, or has got away. */
export async function huntCanaries(workers: number, onCaught: (caught: Caught) => void): Promise<Caught[]> {
  const left = [...CANARIES.entries()];
  const caught: Caught[] = [];
  const hunter = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [index, canary] = next;
      caught[index] = await hunt(canary, `canary-${index}`);
      onCaught(caught[index]);
    }
  };
  await Promise.all(Array.from({ length: workers }, hunter));
  return caught;
}

async function hunt({ name, patches }: Canary, file: string): Promise<Caught> {
  const bundle = await bundleSimulator(file, patches);
  const { broken } = await runSeeds(bundle, { from: 1, to: LONGEST_LIFE, workers: 1 });
  const [violation] = broken?.violations ?? [];
  return { name, seeds: broken?.seed, promise: violation?.promise, message: violation?.message };
}
