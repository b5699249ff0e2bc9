import { Command, InvalidArgumentError } from 'commander';
import { DAY_SECONDS } from '../core/policy.ts';

/** What `npm start` was asked to do. */
export interface LocalOptions {
  /** Fleet seconds per second; `Infinity` jumps from event to event. */
  speed: number;
  port: number;
  httpPort: number;
  /** Of the operators' console; 0 takes any that is free. */
  consolePort: number;
  /** Whether there is a console at all. */
  console: boolean;
  data: string;
  empty: boolean;
  once: boolean;
  json: boolean;
  deliverTwice: boolean;
}

const SPEED_EXPECTED = 'a number from 1 to 86400000, in fleet seconds per second';
const SPEED_DEFAULTS =
  '86400, a day per second; with --empty 1, real time; with --once it jumps from event to event';
const PORT_EXPECTED = 'a port: a whole number from 0 (any free one) to 65535';

const DESCRIPTION =
  'The whole system on this machine, in one of three ways: with a sample fleet that lives and dies at a day per ' +
  'second; with --once, the same fleet as fast as it can be played, and a verdict at its end; with --empty, no fleet ' +
  'but yours.';

const EXAMPLES = `
Examples:
  $ npm start -- --once
  $ npm start -- --speed 3600 --data /tmp/slow-fleet
  $ npm start -- --empty --data /tmp/mine`;

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
  const command = createCommand().parse(flags, { from: 'user' });
  const given = command.opts<Given>();
  const { speed, port, httpPort, consolePort, console, data } = given;
  const { empty = false, once = false, json = false, deliverTwice = false } = given;
  if (empty && once)
    command.error("error: option '--once' plays the sample fleet, so it cannot be used with '--empty'");
  return {
    speed: speed ?? defaultSpeed({ empty, once }),
    port,
    httpPort,
    consolePort,
    // A run to the end of the fleet is over before anybody looks.
    console: console && !once,
    data,
    empty,
    once,
    json,
    deliverTwice,
  };
}

/** As commander has them: a switch that is not given is not there, since its help would name a default of false. */
type Given = Pick<LocalOptions, 'port' | 'httpPort' | 'consolePort' | 'console' | 'data'> &
  Partial<LocalOptions>;

function createCommand(): Command {
  return new Command('npm start --')
    .description(DESCRIPTION)
    .option(
      '--once',
      'play the sample fleet to its end, print what became of it, exit 0 if all was as it must be, else 1',
    )
    .option('--empty', 'no sample fleet, real time: yours to drive with the AWS CLI or boto3')
    .option('--speed <factor>', `how fast time passes, ${SPEED_EXPECTED} (default: ${SPEED_DEFAULTS})`, speed)
    .option('--data <dir>', 'folder in which everything is kept', folder, '.local')
    .option('--port <port>', 'of the AWS endpoint, 0 for any that is free', port, 4566)
    .option('--http-port <port>', 'of the HTTP API, 0 for any that is free', port, 4567)
    .option('--console-port <port>', "of the operators' console", port, 0)
    .option('--no-console', "without the operators' console")
    .option('--json', 'JSON lines instead of a picture')
    .option('--deliver-twice', 'deliver every wake-up twice, as EventBridge Scheduler may')
    .helpOption('-h, --help', 'say this')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride();
}

function defaultSpeed({ empty, once }: Pick<LocalOptions, 'empty' | 'once'>): number {
  if (empty) return 1;
  return once ? Number.POSITIVE_INFINITY : DAY_SECONDS;
}
