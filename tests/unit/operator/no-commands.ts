import type { Commands } from '../../../src/operator/program.ts';

const nothing = async () => {};

/** Commands that do nothing, for tests of what a command line is taken for. */
export const noCommands: Commands = {
  decide: nothing,
  secureFileSystem: nothing,
  operate: nothing,
  lookAtFleet: nothing,
  ask: nothing,
  doctor: nothing,
  redrive: nothing,
  print: () => {},
};
