import type { World } from '../world.ts';
import { acknowledgedActivity } from './acknowledged-activity.ts';
import { armedIsArmed } from './armed-is-armed.ts';
import { billingArrives } from './billing-arrives.ts';
import { bounded } from './bounded.ts';
import { cheap } from './cheap.ts';
import type { Checker } from './checker.ts';
import { converges } from './converges.ts';
import { eachItsOwn } from './each-its-own.ts';
import { failsClosed } from './fails-closed.ts';
import { historyTrue } from './history-true.ts';
import { inOrder } from './in-order.ts';
import { nothingEarly } from './nothing-early.ts';
import { nothingElseTouched } from './nothing-else-touched.ts';
import { nothingMissed } from './nothing-missed.ts';
import { onlyActiveTakesActivity } from './only-active-takes-activity.ts';
import { overdueIsOverdue } from './overdue-is-overdue.ts';
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
  armedIsArmed,
  overdueIsOverdue,
  onlyActiveTakesActivity,
  billingArrives,
  eachItsOwn,
];
