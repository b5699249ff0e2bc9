import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { alarmsOf } from '../../../src/deploy/alarms.ts';
import { readDeployment } from '../../../src/deploy/deployment.ts';
import { createProgram } from '../../../src/operator/program.ts';
import { packagedResources, STAGE } from '../../support/deployments.ts';

/** Whoever is on call types what the page says. Every command of ours that a page or an alarm names has to be there. */

const never = () => {
  throw new Error('nothing is to be run here');
};
const program: Command = createProgram(
  {
    decide: never,
    secureFileSystem: never,
    operate: never,
    lookAtFleet: never,
    ask: { resume: never, request: never },
    doctor: never,
    redrive: never,
    print: never,
  } as unknown as Parameters<typeof createProgram>[0],
  {},
);
const commands = new Map(program.commands.map((command) => [command.name(), command]));
const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name.replaceAll('\\', '/')}`);
const alarms = alarmsOf(readDeployment(STAGE, packagedResources()))
  .map(({ first }) => first)
  .join('\n');
const texts: [string, string][] = [
  ...['README.md', ...pages].map((path): [string, string] => [path, readFileSync(path, 'utf8')]),
  ['the alarms', alarms],
];

/** e.g. `workspacectl pause --reason "…" --stage $STAGE`: the command, and its flags. */
function calls(text: string): { name: string; flags: string[] }[] {
  const joined = text.replaceAll('\\\n', ' ');
  return [...joined.matchAll(/workspacectl (?:-- )?([a-z][a-z-]+)((?: +(?:(?!, )[^`\n|;#])*)?)/g)].map(
    ([, name = '', rest = '']) => ({
      name,
      flags: [...rest.matchAll(/(?<=\s)--[a-z][a-z-]+/g)].map(([flag]) => flag),
    }),
  );
}

test.each(texts.filter(([, text]) => calls(text).some(({ name }) => commands.has(name))))(
  '%s names commands and flags that are there',
  (_, text) => {
    const known = (name: string) =>
      [...(commands.get(name)?.options ?? []), ...program.options].map(({ long }) => long);
    const wrong = calls(text)
      .filter(({ name }) => commands.has(name))
      .flatMap(({ name, flags }) =>
        flags
          .filter((flag) => flag !== '--help' && !known(name).includes(flag))
          .map((flag) => `${name} ${flag}`),
      );
    expect(wrong).toEqual([]);
  },
);

test('what looks like a command of ours is one', () => {
  const unknown = texts.flatMap(([path, text]) =>
    [...text.matchAll(/(?:npm run -s workspacectl -- |`workspacectl )([a-z][a-z-]+)/g)]
      .filter(([, name = '']) => !commands.has(name) && name !== 'help')
      .map(([, name]) => `${path}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

test('every command stands in the table of docs/workspacectl.md', () => {
  const [table = ''] = readFileSync('docs/workspacectl.md', 'utf8').split('## Exit codes').slice(0, 1);
  const named = new Set([...table.matchAll(/`([a-z][a-z-]+)[^`]*`/g)].map(([, name]) => name));
  expect([...commands.keys()].filter((name) => !named.has(name))).toEqual([]);
});
