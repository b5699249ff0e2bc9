import type { World } from '../world.ts';
import { acknowledgedActivity } from './acknowledged-activity.ts';
import { bounded } from './bounded.ts';
import { cheap } from './cheap.ts';
import type { Checker } from './checker.ts';
import { converges } from './converges.ts';
import { failsClosed } from './fails-closed.ts';
import { historyTrue } from './history-true.ts';
import { inOrder } from './in-order.ts';
import { nothingEarly } from './nothing-early.ts';
import { nothingElseTouched } from './nothing-else-touched.ts';
import { nothingMissed } from './nothing-missed.ts';
import { toldFirst } from './told-first.ts';

/** One for every promise. */
export const CHECKERS: readonly ((world: World) => Checker)[] = [
  nothingEarly,
  nothingMissed,
  nothingElseTouched,
  converges,
  failsClosed,
  bounded,
  cheap,
  acknowledgedActivity,
  toldFirst,
  inOrder,
  historyTrue,
];
