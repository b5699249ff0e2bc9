import { RetryableError } from '../../../src/core/errors.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { HttpAnswer } from '../../../src/ports.ts';
import { type Outcome, ServiceFailure, type Work } from '../engine/process.ts';
import type { World } from '../world.ts';

/** How often somebody tries again who gets no answer, or is asked to, and after how many seconds. */
const TRIES = 6;
const AGAIN_SECONDS = 20;

/** What people and programs ask for, as often as it takes. */
export class Requests {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Sends a request until it is answered otherwise than "try again". */
  request(
    name: string,
    about: WorkspaceKey | undefined,
    handle: Work<HttpAnswer>,
    answered: (answer: HttpAnswer) => void = () => {},
    gaveUp: () => void = () => {},
  ): void {
    this.retry(
      name,
      about,
      handle,
      (outcome) => {
        if (outcome.kind !== 'done') return 'again';
        const { status } = outcome.value;
        this.world.note(name, `is answered ${status} ${JSON.stringify(outcome.value.body).slice(0, 160)}`);
        if (status === 503 || status === 423) return 'again';
        answered(outcome.value);
        return 'settled';
      },
      gaveUp,
    );
  }

  /** Does something until it does not fail for a while; what is refused is not tried again. */
  attempt(name: string, about: WorkspaceKey | undefined, work: Work<unknown>): void {
    this.retry(name, about, work, (outcome) => {
      const isTransient =
        outcome.kind === 'died' ||
        (outcome.kind === 'failed' &&
          (outcome.error instanceof ServiceFailure || outcome.error instanceof RetryableError));
      return isTransient ? 'again' : 'settled';
    });
  }

  private retry<T>(
    name: string,
    about: WorkspaceKey | undefined,
    work: Work<T>,
    judge: (outcome: Outcome<T>) => 'again' | 'settled',
    gaveUp: () => void = () => {},
    attempt = 1,
  ): void {
    const { world } = this;
    world.stir(about);
    // All of them have the time limit of a request.
    world.run('resume', `${name}.${attempt}`, about, work, (outcome) => {
      if (judge(outcome) === 'again') {
        if (attempt === TRIES) gaveUp();
        else
          world.simulation.after(AGAIN_SECONDS, () =>
            this.retry(name, about, work, judge, gaveUp, attempt + 1),
          );
      }
      world.rest(about);
    });
  }
}
