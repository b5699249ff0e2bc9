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
  node: boolean;
}

/** Who may import what. Zones that are not named wire things together, and may import everything. */
const ALLOWED: Record<string, Allowed> = {
  core: { zones: ['core'], packages: ['zod'], node: false },
  ports: { zones: ['core'], packages: [], node: false },
  handlers: { zones: ['core', 'ports', 'handlers'], packages: [], node: true },
  aws: { zones: ['core', 'ports', 'aws'], packages: 'all', node: true },
  billing: { zones: ['core', 'ports', 'billing'], packages: 'all', node: true },
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
    return allowed === undefined || allowed.zones.includes(zoneOf(target));
  }
  if (allowed === undefined) return true;
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return allowed.node;
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

/** May read the environment beside `src/aws`: the entry point of the local stack. */
const READS_ENVIRONMENT = 'src/local/main.ts';

/** Files that read the environment although they are not the one that does: configuration is read once. */
export function environmentViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(
      ({ path, text }) =>
        zoneOf(path) !== 'aws' &&
        path !== READS_ENVIRONMENT &&
        /\bprocess\s*(?:\??\.\s*env\b|\[)/.test(withoutComments(text)),
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
