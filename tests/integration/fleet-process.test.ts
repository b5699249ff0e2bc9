import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { useDataFolder } from '../support/data-folder.ts';
import { type FleetLine, type FleetProcess, linesOf, startFleet } from '../support/fleet-process.ts';
import { until } from '../support/until.ts';

jest.setTimeout(180_000);

const folder = useDataFolder();
let fleet: FleetProcess;
afterEach(() => void fleet.kill('SIGKILL'));

/** Lets the fleet come to its end; `onLine` is called with each line that it says. */
async function end(onLine: (line: FleetLine) => void = () => {}) {
  const lines: FleetLine[] = [];
  const errors: Buffer[] = [];
  fleet.stderr.on('data', (chunk) => errors.push(chunk));
  const closed = once(fleet, 'close');
  for await (const line of linesOf(fleet)) {
    lines.push(line);
    onLine(line);
  }
  const [code] = await closed;
  return { lines, code, errors: Buffer.concat(errors).toString() };
}

/** Process id, parent and command of all that lives. */
function processes(): { pid: number; parent: number; command: string }[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args=']).toString().trim().split('\n');
  return rows.flatMap((row) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? [];
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

test('the judge is awake: a fleet that archives a day early ends with exit code 1 and says who was early', async () => {
  const retention = JSON.stringify({ free: 6, pro: 30, enterprise: 90 });
  fleet = startFleet(['--once', '--data', folder()], { RETENTION_POLICIES: retention });
  const { lines, code } = await end();
  expect(code).toBe(1);
  expect(lines.find(({ event }) => event === 'outcome')).toMatchObject({
    ok: false,
    problems: expect.arrayContaining(['acme/ada archived: 86400 s early']),
  });
  expect(lines.filter(({ event, problem }) => event === 'judgement' && problem)).toContainEqual(
    expect.objectContaining({ workspace: 'acme/ada', problem: '86400 s early', latenessSeconds: -86_400 }),
  );
});

test('an engine that is killed alone ends the stack with its name and exit code 1, and nothing is left behind', async () => {
  // At a day per second, whoever is made only after the kill is hours younger than the script says.
  fleet = startFleet(['--speed', '1', '--data', folder()]);
  let children: number[] = [];
  let address = '';
  const { errors, code } = await end(({ event, awsEndpoint = '' }) => {
    // By then the first containers run.
    if (event === 'started') address = awsEndpoint;
    if (event !== 'scene' || children.length > 0) return;
    const own = processes().filter(({ parent }) => parent === fleet.pid);
    const engine = own.find(({ command }) => command.includes('dynoxide serve'));
    children = own.map(({ pid }) => pid);
    if (!engine) throw new Error('the engine is not among the processes of the stack');
    process.kill(engine.pid, 'SIGKILL');
  });
  expect(errors).toMatch(/^The DynamoDB engine ended \(SIGKILL\)\. It said: /);
  expect(code).toBe(1);
  expect(children.length).toBeGreaterThan(0);
  const left = () =>
    processes().filter(({ pid, command }) => children.includes(pid) || command.includes(folder()));
  await until(() => left().length === 0, 'nothing of the stack runs');
  await expect(fetch(address)).rejects.toThrow();
  // The folder is free: the fleet goes on in it.
  fleet = startFleet(['--once', '--data', folder()]);
  expect((await end()).code).toBe(0);
});
