import { Command, InvalidArgumentError } from 'commander';
import { DAY_SECONDS } from '../core/policy.ts';

/** What `npm start` was asked to do. */
export interface LocalOptions {
  /** Fleet seconds per second; `Infinity` jumps from event to event. */
  speed: number;
  port: number;
  httpPort: number;
  data: string;
  empty: boolean;
  once: boolean;
  json: boolean;
  deliverTwice: boolean;
}

const SPEED_EXPECTED =
  'a number from 1 to 86400000: fleet seconds per second, e.g. 86400 for a day per second';
const PORT_EXPECTED = 'a port: a whole number from 0 (any free one) to 65535';

function speed(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 1 && value <= 86_400_000) return value;
  throw new InvalidArgumentError(`Expected ${SPEED_EXPECTED}.`);
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError(`Expected ${PORT_EXPECTED}.`);
}

function folder(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Expected the path of a folder.');
}

/**
 * Reads the flags, without node and script. Throws commander's CommanderError, whose `exitCode` is 0 for help and
 * whose message has been printed.
 */
export function readOptions(flags: readonly string[]): LocalOptions {
  const command = new Command('npm start --')
    .description(
      'The whole system on this machine, with a sample fleet that lives and dies at a day per second.',
    )
    .option('--speed <factor>', `how fast the fleet's time passes: ${SPEED_EXPECTED}`, speed)
    .option('--port <port>', 'of the AWS endpoint', port, 4566)
    .option('--http-port <port>', 'of the HTTP API', port, 4567)
    .option('--data <dir>', 'folder in which everything is kept', folder, '.local')
    .option('--empty', 'no sample fleet, real time', false)
    .option(
      '--once',
      'play the sample fleet to its end, print what became of it, exit 0 if all was as it must be',
      false,
    )
    .option('--json', 'JSON lines instead of a picture', false)
    .option('--deliver-twice', 'deliver every wake-up twice, as EventBridge Scheduler may', false)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(flags, { from: 'user' });
  const given = command.opts<Omit<LocalOptions, 'speed'> & { speed?: number }>();
  if (given.empty && given.once)
    command.error("error: option '--once' plays the sample fleet, so it cannot be used with '--empty'");
  return { ...given, speed: given.speed ?? defaultSpeed(given) };
}

function defaultSpeed({ empty, once }: Pick<LocalOptions, 'empty' | 'once'>): number {
  if (empty) return 1;
  return once ? Number.POSITIVE_INFINITY : DAY_SECONDS;
}
