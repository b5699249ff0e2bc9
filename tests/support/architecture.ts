import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/** A file of the project; `path` begins with `src/`, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

interface Allowed {
  /** Zones of `src` whose files may be imported. */
  zones: readonly string[];
  /** Names of npm packages; `all` for every one. */
  packages: readonly string[] | 'all';
  /** Node's own modules, e.g. `node:crypto`; `all` for every one. */
  node: readonly string[] | 'all';
}

const PARTS = ['core', 'ports', 'handlers', 'aws', 'billing', 'tokens'];

/** Who may import what. A zone that is not named may import nothing of ours but itself, until it is. */
const ALLOWED: Record<string, Allowed> = {
  core: { zones: ['core'], packages: ['zod'], node: [] },
  ports: { zones: ['core', 'ports'], packages: [], node: [] },
  handlers: { zones: ['core', 'ports', 'handlers'], packages: [], node: ['node:crypto'] },
  aws: { zones: ['core', 'ports', 'aws'], packages: 'all', node: 'all' },
  billing: { zones: ['core', 'ports', 'billing'], packages: 'all', node: 'all' },
  tokens: { zones: ['core', 'ports', 'tokens'], packages: 'all', node: 'all' },
  functions: { zones: [...PARTS, 'functions'], packages: 'all', node: 'all' },
  lambda: { zones: [...PARTS, 'functions', 'lambda'], packages: 'all', node: 'all' },
  // What runs in a container: nothing of ours, and one package, for the way that needs it.
  reporter: {
    zones: ['reporter'],
    packages: ['@aws-sdk/client-dynamodb', '@aws-sdk/util-dynamodb', 'esbuild'],
    node: 'all',
  },
  // What `sls deploy` makes of serverless.yml: parameters, parts, and the resources that watch the others.
  deploy: { zones: ['core', 'ports', 'functions', 'deploy'], packages: 'all', node: 'all' },
  operator: { zones: [...PARTS, 'operator'], packages: 'all', node: 'all' },
  // Drives a deployed stage; where the endpoint has no Lambda, it reads streams as the local stack does.
  smoke: { zones: [...PARTS, 'deploy', 'local', 'smoke'], packages: 'all', node: 'all' },
  local: { zones: [...PARTS, 'functions', 'local'], packages: 'all', node: 'all' },
};

/** What reaches past the ports: the time, chance and the world come in by them. */
const TIME_AND_CHANCE: Record<string, RegExp> = {
  'Date.now': /\bDate\s*\??\.\s*now\b/,
  'the present Date': /\bnew\s+Date\b(?!\s*\(\s*[^)\s])|(?<!new\s+)(?<![.\w])Date\s*\(\s*\)/,
  'performance.now': /\bperformance\s*\??\.\s*(?:now|timeOrigin)\b/,
  'Math.random': /\bMath\s*\??\.\s*random\b/,
  'a timer': /\bset(?:Timeout|Interval|Immediate)\b/,
  fetch: /(?<!\.\s*)\bfetch\s*\(/,
};
const USES: Record<string, Record<string, RegExp>> = {
  core: {
    ...TIME_AND_CHANCE,
    'random bytes': /(?<![.\w])crypto\s*\??\./,
    console: /\bconsole\s*\??\./,
  },
  handlers: TIME_AND_CHANCE,
};

const LONGEST_FILE_LINES = 250;

const STATIC_IMPORT = /^\s*(?:import|export)\s(?:[^'"`;]*?\bfrom\s*)?['"]([^'"]+)['"]/gm;
const DYNAMIC_IMPORT = /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g;

/** The folder of `src` that a file lies in, or its own name for a file right in it, e.g. `ports`. */
function zoneOf(path: string): string {
  const [, first = ''] = path.split('/');
  return first.replace(/\.m?[jt]s$/, '');
}

/** The text without its comments; what only looks like one inside of quotes stays. */
function withoutComments(text: string): string {
  return text.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|(?<![\\/])\/\/[^\n]*/g,
    (_, quoted: string | undefined) => quoted ?? '',
  );
}

/** Every module that the file imports or re-exports, types included, as it is written. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  return [STATIC_IMPORT, DYNAMIC_IMPORT].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match[1] ?? ''),
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isAllowed(path: string, specifier: string, allowed: Allowed | undefined): boolean {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    if (!target.startsWith('src/')) return false;
    return (allowed?.zones ?? [zoneOf(path)]).includes(zoneOf(target));
  }
  if (allowed === undefined) return true;
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return allowed.node === 'all' || allowed.node.includes(`node:${specifier.replace(/^node:/, '')}`);
  }
  return allowed.packages === 'all' || allowed.packages.includes(packageOf(specifier));
}

/** Imports that cross a border of the architecture, e.g. `src/core/policy.ts imports ../aws/clients.ts`. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((specifier) => !isAllowed(path, specifier, ALLOWED[zoneOf(path)]))
      .map((specifier) => `${path} imports ${specifier}`),
  );
}

/** What lies in the bundle of an entry point, types not counted: npm packages and files, from file to file. */
export function closureOf(entry: string, files: readonly SourceFile[]): string[] {
  const reached = new Set([entry]);
  for (const path of reached) {
    const text = files.find((file) => file.path === path)?.text ?? '';
    const withoutTypes = text.replace(/^\s*(?:import|export)\s+type\s[^;]*;/gm, '');
    for (const specifier of importsOf(withoutTypes)) {
      const isOurs = specifier.startsWith('.');
      reached.add(isOurs ? posix.join(posix.dirname(path), specifier) : packageOf(specifier));
    }
  }
  return [...reached].sort();
}

/** Uses of what the zone must be given instead, e.g. `src/core/policy.ts uses Date.now`. */
export function usageViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    Object.entries(USES[zoneOf(path)] ?? {})
      .filter(([, pattern]) => pattern.test(withoutComments(text)))
      .map(([name]) => `${path} uses ${name}`),
  );
}

/** May read the environment beside `src/aws`: the entry point of the local stack. */
const READS_ENVIRONMENT = 'src/local/main.ts';

const ENVIRONMENT = [
  /\bprocess\s*(?:\??\.\s*env\b|\[)/,
  // const { env } = process
  /\{[^;]*\benv\b[^;]*\}\s*=\s*(?:globalThis\s*\.\s*)?process\b/,
];

/** Whether by name, `process.env`, or through an import of what holds it. */
function readsEnvironment(text: string): boolean {
  const code = withoutComments(text);
  const imported = importsOf(text).some((specifier) => /^(node:)?process$/.test(specifier));
  return imported || ENVIRONMENT.some((pattern) => pattern.test(code));
}

/** Files that read the environment although they are not the one that does: configuration is read once. */
export function environmentViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(
      ({ path, text }) => zoneOf(path) !== 'aws' && path !== READS_ENVIRONMENT && readsEnvironment(text),
    )
    .map(({ path }) => `${path} reads process.env`);
}

/** Files that are too long, and lines that put work off. */
export function tidinessViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    const count = text.endsWith('\n') ? lines.length - 1 : lines.length;
    const tooLong =
      count > LONGEST_FILE_LINES
        ? [`${path} has ${count} lines, expected at most ${LONGEST_FILE_LINES}`]
        : [];
    const putOff = lines.flatMap((line, index) =>
      /TODO|FIXME/.test(line) ? [`${path}:${index + 1} says ${line.trim()}`] : [],
    );
    return [...tooLong, ...putOff];
  });
}
